import { type BoundCase, type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { openGround } from './ground.ts';
import {
  inWindow,
  judgeList,
  judgeOddFilters,
  judgeOddPages,
  judgePages,
  judgeSelection,
  unfiltered,
} from './list-judges.ts';
import { ALL, askAll, BOUNDED, FILTERS, FRESH, RUNS, sendAll } from './list-stimulus.ts';

const checks: readonly CaseCheck<TrialView>[] = [
  {
    id: 'telemetry/lists-runs',
    requirement: 'TR-5.1',
    title: 'runs are listed in the declared shape, the newest first',
    judge: judgeList,
  },
  {
    id: 'telemetry/filters-runs',
    requirement: 'TR-5.2',
    title: 'each filter selects exactly what it names, alone and with others',
    judge: (view, terms) => [
      ...judgeSelection(view, terms, ALL, () => true),
      ...Object.entries(FILTERS).flatMap(([label, { matches }]) =>
        judgeSelection(view, terms, label, matches),
      ),
    ],
  },
  {
    id: 'telemetry/filters-by-time',
    requirement: 'TR-5.3',
    title: 'a window of time selects by started_at, its bounds included',
    judge: (view, terms) => unfiltered(view, terms) ?? judgeSelection(view, terms, BOUNDED, inWindow(view)),
  },
  {
    id: 'telemetry/pages-through-runs',
    requirement: 'TR-5.4',
    title: 'pages show each run once, and nothing after the last',
    judge: (view, terms) => unfiltered(view, terms) ?? judgePages(view, terms),
  },
  {
    id: 'telemetry/treats-odd-pages-as-declared',
    requirement: 'TR-5.5',
    title: 'a page out of range is refused or clamped, as declared',
    judge: judgeOddPages,
  },
  {
    id: 'telemetry/refuses-odd-filters',
    requirement: 'TR-5.6',
    title: 'an unknown status matches nothing or is refused, and a time that is none is refused',
    judge: judgeOddFilters,
  },
  {
    id: 'telemetry/lists-nothing-of-a-fresh-agent',
    requirement: 'TR-5.7',
    title: 'the list of an agent without runs is empty',
    judge: (view, terms) => unfiltered(view, terms) ?? judgeSelection(view, terms, FRESH, () => false),
  },
];

export const listCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-list-runs',
  purpose: `sends ${RUNS} runs of one agent and asks for them in every way`,
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    await sendAll(ground);
    await askAll(ground);
  },
  checks,
});
