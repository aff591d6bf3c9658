import type { CampaignReport } from '../harness/report/model.ts';
import { counted, enumerate } from '../harness/report/plain-text.ts';
import { prose } from './markdown-text.ts';

type Table = CampaignReport['tables'][number];

/** More columns than that nobody reads; the JSON has them all. */
const MOST_COLUMNS = 8;

/** A table of a suite as Markdown: what was found, of how much that was looked at, in all respects together. */
export function tableLines({ cells, rows, columns, notLooked }: Table): readonly string[] {
  const names = (of: 'row' | 'column'): readonly string[] =>
    [...new Set(cells.map((cell) => cell[of]))].sort();
  const [down, across] = [names('row'), names('column')];
  const found = cells.reduce((sum, cell) => sum + cell.found, 0);
  const looked = cells.reduce((sum, cell) => sum + cell.looked, 0);
  const missing = notLooked.length === 0 ? '' : ` Not looked at: ${enumerate(notLooked.map(prose), 5)}.`;
  const summary = `${found} found in ${counted(looked, 'search', 'searches')}; ${prose(rows)} down, ${prose(columns)} across.${missing}`;
  if (across.length > MOST_COLUMNS || down.length > MOST_COLUMNS) return [summary];
  return [
    summary,
    '',
    `| |${across.map((name) => ` ${prose(name)} |`).join('')}`,
    `|---|${across.map(() => '---|').join('')}`,
    ...down.map(
      (row) => `| ${prose(row)} |${across.map((column) => ` ${cellOf(cells, row, column)} |`).join('')}`,
    ),
  ];
}

function cellOf(cells: Table['cells'], row: string, column: string): string {
  const own = cells.filter((cell) => cell.row === row && cell.column === column);
  if (own.length === 0) return row === column ? '' : 'not looked';
  const sum = (of: 'found' | 'looked'): number => own.reduce((total, cell) => total + cell[of], 0);
  return `${sum('found')} of ${sum('looked')}`;
}
