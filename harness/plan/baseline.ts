/** What the owners of a target admit: failures that are known, for a time, and what it had when they said so. */
import { z } from 'zod';
import { HarnessError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { CAPABILITIES } from '../core/requirement.ts';

const BASELINE_FORMAT = 'agent-conformance/baseline@1';

/** Who admits more has another product. */
const MOST_ADMISSIONS = 500;

const words = (most: number) => z.string().trim().min(1).max(most);

const admissionSchema = z
  .strictObject({
    requirement: words(100).optional(),
    check: words(200).optional(),
    because: words(500),
    /** Where it is worked on. */
    issue: words(500),
    owner: words(200),
    /** The last day on which it is admitted. */
    until: z.iso.date(),
  })
  .refine(({ requirement, check }) => (requirement === undefined) !== (check === undefined), {
    message: 'expected either a requirement or a check',
  });

export const baselineSchema = z.strictObject({
  format: z.literal(BASELINE_FORMAT),
  target: words(200),
  /** What the target offered; one that it lost is told. */
  capabilities: z.array(z.enum(CAPABILITIES)).default([]),
  failures: z.array(admissionSchema).max(MOST_ADMISSIONS),
});

export type Baseline = z.infer<typeof baselineSchema>;
export type Admission = Baseline['failures'][number];

/** The requirement or the check that an admission names. */
export const subjectOf = ({ requirement, check }: Admission): string => requirement ?? check ?? '';

/**
 * Reads a baseline file.
 * @throws HarnessError `BASELINE_INVALID` where it is none of this target, or admits a thing twice.
 */
export function parseBaseline(text: string, file: string, target: string): Baseline {
  const refuse = (what: string): HarnessError =>
    new HarnessError('BASELINE_INVALID', `${file}: ${what}`, {
      hint: 'an entry has requirement or check, because, issue, owner and until (2026-12-31)',
    });
  const parsed = baselineSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'document' : issue.path.join('.');
    throw refuse(`${where}: ${issue?.message ?? 'it cannot be read'}`);
  }
  const { data } = parsed;
  if (data.target !== target)
    throw refuse(`target is "${data.target}": expected "${target}", the target of this campaign`);
  const subjects = data.failures.map(subjectOf);
  const twice = subjects.find((subject, index) => subjects.indexOf(subject) !== index);
  if (twice !== undefined) throw refuse(`${twice} is admitted twice: expected one entry`);
  return data;
}
