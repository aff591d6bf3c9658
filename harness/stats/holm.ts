/**
 * Corrects several tests for there being several: the probability that any of the true hypotheses is rejected stays
 * below the level that the corrected values are compared with. Assumes nothing of how the tests depend on each other.
 * Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979. Answers in the order given.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const corrected = new Array<number>(pValues.length).fill(1);
  let least = 0;
  order.forEach(({ p, index }, rank) => {
    least = Math.max(least, Math.min(1, p * (pValues.length - rank)));
    corrected[index] = least;
  });
  return corrected;
}
