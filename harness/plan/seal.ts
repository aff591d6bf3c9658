import { createHash } from 'node:crypto';
import { HarnessError } from '../core/errors.ts';
import { parseFields } from '../core/json.ts';
import { type Plan, planSchema } from './plan.ts';

const digest = (plan: object): string => createHash('sha256').update(JSON.stringify(plan)).digest('hex');

/** The plan with its seal. */
export const sealPlan = (plan: Omit<Plan, 'seal'>): Plan => ({ ...plan, seal: digest(plan) });

/**
 * Reads a plan back.
 * @throws HarnessError `EVIDENCE_INVALID` when it is not a plan of this format, or was changed after sealing.
 */
export function readPlan(text: string): Plan {
  const { seal, ...rest } = parseFields(text);
  const parsed = planSchema.safeParse({ ...rest, seal });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined ? '' : `: ${issue.path.join('.') || 'document'}: ${issue.message}`;
    throw new HarnessError('EVIDENCE_INVALID', `plan.json is not a plan this version can read${where}`);
  }
  // Over the members in the order in which they were written, whatever the schema makes of it.
  if (digest(rest) !== seal)
    throw new HarnessError('EVIDENCE_INVALID', 'plan.json was changed after it was sealed', {
      hint: 'judge the evidence by the plan it was driven for, or drive again',
    });
  return parsed.data;
}
