import type { Cell, Table } from '../../harness/core/table.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { usersAtOnce } from '../../scenarios/isolation.ts';
import { examined } from './examine.ts';
import { overHttp } from './over-http.ts';
import type { Surface } from './received.ts';

const ASPECTS = ['chat', 'stream', 'http', 'error', 'telemetry'] as const satisfies readonly Surface[];
const TRIALS = new Set([usersAtOnce.id, overHttp.scenario.id]);

/** For each two users and each surface: in how many texts that one received the other's words were looked for. */
function cellsOf(view: TrialView): readonly Cell[] {
  if (!TRIALS.has(view.scenario)) return [];
  const { canaries, received, leaks } = examined(view);
  const owners = [...new Set(canaries.map(({ owner }) => owner))];
  const looked = new Map<string, number>();
  const key = (...parts: readonly string[]): string => parts.join('\n');
  for (const { actor, surface } of received)
    looked.set(key(actor, surface), (looked.get(key(actor, surface)) ?? 0) + 1);
  return owners.flatMap((row) =>
    [...looked].flatMap(([place, n]): Cell[] => {
      const [column = '', aspect = ''] = place.split('\n');
      if (column === row) return [];
      const found = leaks.filter(
        (leak) =>
          leak.canary.owner === row && leak.received.actor === column && leak.received.surface === aspect,
      ).length;
      return [{ row, column, aspect, looked: n, found }];
    }),
  );
}

/** Who could have seen whose words, and where it was looked. */
export const whoSeesWhom: Table<TrialView> = {
  id: 'isolation/who-sees-whom',
  title: 'Words of one user among what another received',
  rows: 'whose words',
  columns: 'who received',
  aspects: ASPECTS,
  collect: cellsOf,
};
