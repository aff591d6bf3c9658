/** Tables of the suites, such as who saw whom, as heat maps: what was found, of how much that was looked at. */
import type { JSX } from 'preact';
import type { CampaignReport } from '../../harness/report/model.ts';
import { counted, enumerate } from '../../harness/report/plain-text.ts';
import { Foreign, More, Scroll, Section, shown } from './parts.tsx';

type Table = CampaignReport['tables'][number];
type Cell = Pick<Table['cells'][number], 'looked' | 'found'>;

const MOST_TABLES = 12;
/** Rows and columns that a screen bears; those in which something was found come first. */
const MOST_NAMES = 24;

/** Nothing where no suite made a table. */
export function Tables({ report }: { readonly report: CampaignReport }): JSX.Element | null {
  if (report.tables.length === 0) return null;
  return (
    <Section id="isolation" title="Isolation">
      {report.tables.slice(0, MOST_TABLES).map((table) => (
        <HeatMap key={table.id} table={table} />
      ))}
    </Section>
  );
}

function HeatMap({ table }: { readonly table: Table }): JSX.Element {
  const { found, looked } = sum(table.cells);
  const rows = namesOf(table, 'row');
  const columns = namesOf(table, 'column');
  const title = shown(table.title);
  const places = new Map<string, Cell>();
  for (const cell of table.cells) {
    const place = `${cell.row}\n${cell.column}`;
    places.set(place, sum([places.get(place) ?? { looked: 0, found: 0 }, cell]));
  }
  const dropped = Math.max(0, rows.length - MOST_NAMES) + Math.max(0, columns.length - MOST_NAMES);
  return (
    <>
      <h3>{title}</h3>
      <p class="lead">
        {found} found in {counted(looked, 'search', 'searches')}; <Foreign text={table.rows} /> down,{' '}
        <Foreign text={table.columns} /> across.
        {table.notLooked.length === 0 ? null : (
          <>
            {' '}
            Not looked at: <Foreign text={enumerate(table.notLooked)} />.
          </>
        )}
        {dropped === 0 ? '' : ` ${dropped} more names are in report.json.`}
      </p>
      <Scroll label={title}>
        <Grid
          rows={rows.slice(0, MOST_NAMES)}
          columns={columns.slice(0, MOST_NAMES)}
          places={places}
          title={title}
        />
      </Scroll>
      <More summary="by respect">
        <Scroll label={`${title}, by respect`}>
          <Aspects table={table} />
        </Scroll>
      </More>
    </>
  );
}

function sum(cells: readonly Cell[]): Cell {
  return {
    looked: cells.reduce((total, cell) => total + cell.looked, 0),
    found: cells.reduce((total, cell) => total + cell.found, 0),
  };
}

function namesOf({ cells }: Table, of: 'row' | 'column'): readonly string[] {
  const found = new Map<string, number>();
  for (const cell of cells) found.set(cell[of], (found.get(cell[of]) ?? 0) + cell.found);
  return [...found].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([name]) => name);
}

interface GridProps {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly places: ReadonlyMap<string, Cell>;
  readonly title: string;
}

const Grid = ({ rows, columns, places, title }: GridProps): JSX.Element => (
  <table class="heat">
    <caption class="sr">{title}</caption>
    <thead>
      <tr>
        <td />
        {columns.map((column) => (
          <th key={column} scope="col">
            <Foreign text={column} most={40} />
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <tr key={row}>
          <th scope="row">
            <Foreign text={row} most={40} />
          </th>
          {columns.map((column) => (
            <Square key={column} cell={places.get(`${row}\n${column}`)} isOwn={row === column} />
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);

/** Four steps of what was found; what was not looked at is no zero. */
function Square({ cell, isOwn }: { readonly cell: Cell | undefined; readonly isOwn: boolean }): JSX.Element {
  if (cell === undefined) return <td class={isOwn ? 'own' : 'unseen'}>{isOwn ? '' : 'not looked'}</td>;
  const { found, looked } = cell;
  const heat = found === 0 ? 0 : Math.min(3, 1 + Math.floor((3 * found) / Math.max(1, looked)));
  return (
    <td class={`heat-${heat}`}>
      <b>{found}</b> <span class="of-looked">of {looked}</span>
    </td>
  );
}

function Aspects({ table }: { readonly table: Table }): JSX.Element {
  const aspects = [...new Set(table.cells.map(({ aspect }) => aspect))].slice(0, MOST_NAMES);
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">respect</th>
          <th scope="col" class="num">
            found
          </th>
          <th scope="col" class="num">
            looked at
          </th>
        </tr>
      </thead>
      <tbody>
        {aspects.map((aspect) => {
          const { found, looked } = sum(table.cells.filter((cell) => cell.aspect === aspect));
          return (
            <tr key={aspect}>
              <th scope="row">
                <Foreign text={aspect} most={80} />
              </th>
              <td class={`num ${found > 0 ? 'bad' : ''}`}>{found}</td>
              <td class="num">{looked}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
