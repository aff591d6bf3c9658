import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../core/errors.ts';
import { DEFAULT_MARGIN } from '../judge/stages.ts';
import { type Baseline, parseBaseline } from '../plan/baseline.ts';
import type { Compared } from '../plan/compared.ts';
import type { CampaignReport } from '../report/model.ts';

/**
 * What the owners of the target admit, from `baselines/<target>.json`; nothing where there is no such file.
 * @throws HarnessError `BASELINE_INVALID` where it cannot be read.
 */
export function loadBaseline(cwd: string, target: string): Baseline | undefined {
  // What becomes part of a path must not lead out of the folder.
  const name = `${target.replaceAll(/[^\w.-]/g, '-').replace(/^\.+/, '')}.json`;
  const shown = `baselines/${name}`;
  let text: string;
  try {
    text = readFileSync(join(cwd, 'baselines', name), 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new HarnessError('BASELINE_INVALID', `${shown} cannot be read (${code})`, { cause });
  }
  return parseBaseline(text, shown, target);
}

/** What a plan needs of the report that it is judged against. */
export const comparedWith = ({ campaign, samples }: CampaignReport): Compared => ({
  campaign,
  margin: { ...DEFAULT_MARGIN },
  samples: samples.map(({ measure, of, ms, observerErrorMs }) => ({
    measure,
    ...(of === undefined ? {} : { of }),
    ms: [...ms],
    observerErrorMs,
  })),
});
