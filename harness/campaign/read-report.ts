import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { type CampaignReport, REPORT_FORMAT, reportSchema } from '../report/model.ts';

/** A report above this is none of ours: a full one is a hundredth of it. */
const LARGEST_REPORT_BYTES = 256 * 1024 * 1024;

/**
 * Reads a report from its file, or from the folder of its campaign.
 * @throws HarnessError `REPORT_INVALID` where there is none, or none that this version can read.
 */
export function readReport(path: string): CampaignReport {
  const parsed = reportSchema.safeParse(parseJson(textOf(path)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : `: ${issue.path.join('.') || 'document'}: ${issue.message}`;
  throw new HarnessError(
    'REPORT_INVALID',
    `${path} is not a report this version can read (${REPORT_FORMAT})${where}`,
    { hint: 'where its evidence is still there, "rejudge" writes the report again' },
  );
}

function textOf(path: string): string {
  try {
    const file = statSync(path).isDirectory() ? join(path, 'report.json') : path;
    const { size } = statSync(file);
    if (size > LARGEST_REPORT_BYTES)
      throw new HarnessError('REPORT_INVALID', `${file} has ${size} bytes: no report of ours is so large`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    throw new HarnessError('REPORT_INVALID', `${path} holds no report that can be read`, {
      hint: 'name a report.json or the folder of a campaign, for example results/latest',
      cause,
    });
  }
}
