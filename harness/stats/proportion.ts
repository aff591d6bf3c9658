/**
 * Intervals of a share. Assumes independent trials with one probability of success.
 */
import { qbeta, qnorm } from 'lib-r-math.js';
import type { Counts } from './claim.ts';
import { CONFIDENCE, type Estimate } from './estimate.ts';

/**
 * The exact interval: each bound is the share at which what was seen, or more of it, has the probability of one tail.
 * Covers at least its confidence whatever the share is. Clopper & Pearson, "The Use of Confidence or Fiducial
 * Limits", 1934; the bounds as quantiles of the beta distribution.
 * @throws RangeError for counts that cannot be: none at all, or more good ones than there were.
 */
export function exactShare(counts: Counts, confidence = CONFIDENCE): Estimate {
  const { good, n } = checked(counts);
  const tail = (1 - confidence) / 2;
  return {
    point: good / n,
    low: good === 0 ? 0 : qbeta(tail, good, n - good + 1),
    high: good === n ? 1 : qbeta(1 - tail, good + 1, n - good),
    n,
    confidence,
  };
}

/**
 * The interval for display: narrower than the exact one, and right on average only. Wilson, "Probable Inference, the
 * Law of Succession, and Statistical Inference", 1927; recommended by Brown, Cai & DasGupta, 2001.
 * @throws RangeError as above.
 */
export function wilsonShare(counts: Counts, confidence = CONFIDENCE): Estimate {
  const { good, n } = checked(counts);
  const z = qnorm((1 + confidence) / 2);
  const share = good / n;
  const scale = 1 + z ** 2 / n;
  const centre = (share + z ** 2 / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return {
    point: share,
    low: good === 0 ? 0 : centre - half,
    high: good === n ? 1 : centre + half,
    n,
    confidence,
  };
}

function checked(counts: Counts): Counts {
  const { good, n } = counts;
  const isPossible = Number.isInteger(good) && Number.isInteger(n) && n > 0 && good >= 0 && good <= n;
  if (!isPossible) throw new RangeError(`${good} of ${n} is no share`);
  return counts;
}

/**
 * What is believed of a share after having seen these, when every share was as likely as Jeffreys would have it: the
 * quantiles of the beta distribution. For few trials, where the exact interval is too wide to say anything. Jeffreys,
 * "Theory of Probability", 1961; recommended for small n by Brown, Cai & DasGupta, 2001.
 * @throws RangeError as above.
 */
export function believedShare(counts: Counts, confidence = CONFIDENCE): Estimate {
  const { good, n } = checked(counts);
  const [a, b] = [good + 0.5, n - good + 0.5];
  const tail = (1 - confidence) / 2;
  return { point: a / (a + b), low: qbeta(tail, a, b), high: qbeta(1 - tail, a, b), n, confidence };
}
