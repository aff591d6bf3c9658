import type { Sample } from '../core/measure.ts';
import { largestGap, terminalOf } from './run-facts.ts';
import { telemetryLags } from './telemetry-lag.ts';
import type { RunView, TrialView } from './views.ts';

/** Every latency that one trial shows. What never came is no sample: failures are counted apart. */
export function samplesOf(view: TrialView): readonly Sample[] {
  return [
    ...view.exchanges.flatMap(({ request, response }): Sample[] =>
      response === undefined ? [] : [{ measure: 'http', ms: response.at - request.at }],
    ),
    ...view.sockets.flatMap(({ dial, open, greetings, pings }): Sample[] => {
      const [greeting] = greetings;
      return [
        ...(open === undefined ? [] : [{ measure: 'connect', ms: open.at - dial.intendedAt } as const]),
        ...(open === undefined || greeting === undefined
          ? []
          : [{ measure: 'greeting', ms: greeting.at - open.at } as const]),
        ...pings.flatMap(({ at, pong }): Sample[] =>
          pong === undefined ? [] : [{ measure: 'ping', ms: pong.at - at }],
        ),
      ];
    }),
    ...view.runs.flatMap(runSamples),
    ...telemetryLags(view).map((ms) => ({ measure: 'telemetry-lag', ms }) as const),
  ];
}

function runSamples(run: RunView): readonly Sample[] {
  const first = run.events[0];
  if (first === undefined) return [];
  const tool = run.events.find(({ event }) => event.kind === 'tool.started');
  const terminal = terminalOf(run);
  const [cancel] = run.cancels;
  return [
    { measure: 'first-event', ms: first.at - run.askedAt },
    ...(tool === undefined ? [] : [{ measure: 'first-tool', ms: tool.at - run.askedAt } as const]),
    ...(terminal?.event.kind === 'run.completed'
      ? [{ measure: 'completion', ms: terminal.at - run.askedAt } as const]
      : []),
    ...(terminal === undefined ? [] : [{ measure: 'largest-gap', ms: largestGap(run).ms } as const]),
    ...(cancel === undefined || terminal === undefined || terminal.at < cancel.at
      ? []
      : [{ measure: 'cancel', ms: terminal.at - cancel.at } as const]),
  ];
}
