import type { Boundaries } from '../boundaries.ts';
import { stacked } from '../layers.ts';
import { badInputDefects } from './bad-input-defects.ts';
import { crossSurfaceDefects } from './cross-surface-defects.ts';
import type { Defect, DefectContext, DefectFacts } from './defect.ts';
import { deliveryDefects } from './delivery-defects.ts';
import { doorDefects } from './door-defects.ts';
import { eventDefects } from './event-defects.ts';
import { fieldDefects } from './field-defects.ts';
import { httpDefects } from './http-defects.ts';
import { isolationDefects } from './isolation-defects.ts';
import { isolationLeakDefects } from './isolation-leak-defects.ts';
import { isolationShareDefects } from './isolation-share-defects.ts';
import { latencyAnswerDefects } from './latency-answer-defects.ts';
import { latencyDefects } from './latency-defects.ts';
import { multiAgentDefects } from './multi-agent-defects.ts';
import { orderDefects } from './order-defects.ts';
import { passingDefects } from './passing-defects.ts';
import { requestDefects } from './request-defects.ts';
import { resilienceCrowdDefects } from './resilience-crowd-defects.ts';
import { resilienceErrorDefects } from './resilience-error-defects.ts';
import { resilienceRepeatDefects } from './resilience-repeat-defects.ts';
import { resilienceSessionDefects } from './resilience-session-defects.ts';
import { runAnswerDefects } from './run-answer-defects.ts';
import { runChangeDefects } from './run-change-defects.ts';
import { runListDefects } from './run-list-defects.ts';
import { runPartDefects } from './run-part-defects.ts';
import { runRequestDefects } from './run-request-defects.ts';
import { runStateDefects } from './run-state-defects.ts';
import { sandboxCompareDefects } from './sandbox-compare-defects.ts';
import { sandboxEffectDefects } from './sandbox-effect-defects.ts';
import { sandboxHistoryDefects } from './sandbox-history-defects.ts';
import { sandboxRequestDefects } from './sandbox-request-defects.ts';
import { sandboxTraceDefects } from './sandbox-trace-defects.ts';
import { seldomDefects } from './seldom-defects.ts';
import { socketDefects } from './socket-defects.ts';
import { streamDefects } from './stream-defects.ts';
import { streamDoorDefects } from './stream-door-defects.ts';
import { streamHistoryDefects } from './stream-history-defects.ts';
import { surfaceDefects } from './surface-defects.ts';
import { telemetryAccountDefects } from './telemetry-account-defects.ts';
import { telemetryFlatDefects } from './telemetry-flat-defects.ts';
import { telemetryIngestDefects } from './telemetry-ingest-defects.ts';
import { telemetryPrivacyDefects } from './telemetry-privacy-defects.ts';
import { telemetryQueryDefects } from './telemetry-query-defects.ts';
import { telemetryServiceDefects } from './telemetry-service-defects.ts';
import { telemetryShapeDefects } from './telemetry-shape-defects.ts';
import { valueDefects } from './value-defects.ts';

const DEFECTS: readonly Defect[] = [
  ...eventDefects,
  ...fieldDefects,
  ...orderDefects,
  ...isolationDefects,
  ...isolationLeakDefects,
  ...isolationShareDefects,
  ...deliveryDefects,
  ...multiAgentDefects,
  ...requestDefects,
  ...socketDefects,
  ...doorDefects,
  ...httpDefects,
  ...resilienceErrorDefects,
  ...resilienceSessionDefects,
  ...resilienceRepeatDefects,
  ...resilienceCrowdDefects,
  ...seldomDefects,
  ...badInputDefects,
  ...runListDefects,
  ...runStateDefects,
  ...runRequestDefects,
  ...runChangeDefects,
  ...runPartDefects,
  ...runAnswerDefects,
  ...passingDefects,
  ...streamDefects,
  ...streamHistoryDefects,
  ...streamDoorDefects,
  ...sandboxRequestDefects,
  ...sandboxTraceDefects,
  ...sandboxHistoryDefects,
  ...sandboxCompareDefects,
  ...sandboxEffectDefects,
  ...valueDefects,
  ...latencyDefects,
  ...latencyAnswerDefects,
  ...crossSurfaceDefects,
  ...surfaceDefects,
  ...telemetryAccountDefects,
  ...telemetryFlatDefects,
  ...telemetryIngestDefects,
  ...telemetryPrivacyDefects,
  ...telemetryQueryDefects,
  ...telemetryServiceDefects,
  ...telemetryShapeDefects,
].sort((left, right) => left.id.localeCompare(right.id));

/** Every defect the deployment can commit, as data. */
export const DEFECT_CATALOGUE: readonly DefectFacts[] = DEFECTS.map(({ build: _, ...facts }) => ({
  ...facts,
  mayFail: facts.mayFail.filter((id) => !facts.mustFail.includes(id)), // groups of requirements overlap
}));

/** A defect was asked for that does not exist. */
export class UnknownDefectError extends Error {
  constructor(unknown: readonly string[]) {
    const known = DEFECT_CATALOGUE.map(({ id }) => id).join(', ');
    super(`unknown defect ${unknown.join(', ')}: expected one of ${known}`);
    this.name = 'UnknownDefectError';
  }
}

/** The defects of one deployment that are switched on. */
export interface DefectSwitch {
  readonly active: () => readonly string[];
  /** Replaces the set; refuses it as a whole when one of them is unknown. */
  readonly activate: (ids: readonly string[]) => void;
  readonly boundaries: Boundaries;
}

/**
 * Boundaries that commit whatever is switched on. A change holds for requests, upgrades and sockets
 * that come after it; a socket keeps the defects it was opened with.
 */
export function defectSwitch(context: DefectContext, initial: readonly string[]): DefectSwitch {
  const byId = new Map(DEFECTS.map((defect) => [defect.id, defect]));
  let active: ReadonlyMap<string, Partial<Boundaries>> = new Map();
  const activate = (ids: readonly string[]): void => {
    const unknown = ids.filter((id) => !byId.has(id));
    if (unknown.length > 0) throw new UnknownDefectError(unknown);
    active = new Map(ids.map((id) => [id, active.get(id) ?? byId.get(id)?.build(context) ?? {}]));
  };
  activate(initial);
  return {
    active: () => [...active.keys()],
    activate,
    boundaries: stacked(() => [...active.values()]),
  };
}

/** What a defect does to the boundaries, for who does the same under a declaration that allows it. */
export function boundariesOf(id: string, context: DefectContext): Partial<Boundaries> {
  const defect = DEFECTS.find((one) => one.id === id);
  if (defect === undefined) throw new UnknownDefectError([id]);
  return defect.build(context);
}
