import { createHash } from 'node:crypto';
import { HarnessError } from '../core/errors.ts';
import { type Plan, planSchema } from './plan.ts';

const digest = (plan: Omit<Plan, 'seal'>): string =>
  createHash('sha256').update(JSON.stringify(plan)).digest('hex');

/** The plan with its seal. */
export const sealPlan = (plan: Omit<Plan, 'seal'>): Plan => ({ ...plan, seal: digest(plan) });

/**
 * Reads a plan back.
 * @throws HarnessError `EVIDENCE_INVALID` when it is not a plan of this format, or was changed after sealing.
 */
export function readPlan(text: string): Plan {
  const parsed = planSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined ? '' : `: ${issue.path.join('.') || 'document'}: ${issue.message}`;
    throw new HarnessError('EVIDENCE_INVALID', `plan.json is not a plan this version can read${where}`);
  }
  const { seal, ...rest } = parsed.data;
  if (digest(rest) !== seal)
    throw new HarnessError('EVIDENCE_INVALID', 'plan.json was changed after it was sealed', {
      hint: 'judge the evidence by the plan it was driven for, or drive again',
    });
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
