import type { AnswerPart, PlanStep } from './answer.ts';
import type { Dataset, NumberColumn, TextColumn } from './data/dataset.ts';
import { inWords } from './data/figures.ts';
import { type Aggregate, aggregate, type Breakdown, groupBy } from './tools/aggregate.ts';
import { type Anomaly, type AnomalyReport, detectAnomalies } from './tools/anomalies.ts';
import { type Profile, profileDataset } from './tools/profile.ts';

const LISTED = 20;
const LISTED_GROUPS = 8;

function names(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => name).join(', ');
}

function profilePart({ dataset, rows, columns, period }: Profile): AnswerPart {
  const missing = columns.filter((column) => column.missing > 0);
  const span = period === null ? '' : `, ${period.column} from ${period.from} to ${period.to}`;
  const gaps = missing.map((column) => `${column.name} lacks ${column.missing} of its values.`);
  return { Data: [`${dataset} has ${rows} rows and the columns ${names(columns)}${span}.`, ...gaps] };
}

/** A step that describes the data set. */
export function profileStep(data: Dataset): PlanStep {
  return {
    thought: `First I look at what the ${data.rowCount} rows of ${data.name} consist of.`,
    perform: async (task) =>
      profilePart(
        await task.callTool('profile_dataset', { dataset: data.name }, () =>
          profileDataset(data, task.signal),
        ),
      ),
  };
}

function aggregateLine(entry: Aggregate): string {
  return (
    `${entry.column}: total ${inWords(entry.sum)}, mean ${inWords(entry.mean)}, median ${inWords(entry.median)}, ` +
    `minimum ${inWords(entry.min)} (${entry.lowest.at}), maximum ${inWords(entry.max)} (${entry.highest.at}), ` +
    `over ${entry.count} values.`
  );
}

/** A step that adds up measures. */
export function aggregateStep(data: Dataset, columns: readonly NumberColumn[]): PlanStep {
  const args = {
    dataset: data.name,
    columns: columns.map(({ name }) => name),
    functions: ['sum', 'mean', 'median', 'min', 'max'],
  };
  return {
    thought: `I add up ${names(columns)}.`,
    perform: async (task) => {
      const result = await task.callTool('aggregate', args, () => aggregate(data, columns, task.signal));
      return { 'Key figures': result.aggregates.map(aggregateLine) };
    },
  };
}

function breakdownPart({ column, group_by, groups, group_count }: Breakdown): AnswerPart {
  const shown = groups
    .slice(0, LISTED_GROUPS)
    .map(
      ({ group, sum, mean, share_percent }) =>
        `${group} ${inWords(sum)} (${inWords(share_percent)} %, mean ${inWords(mean)})`,
    );
  const top = groups[0];
  return {
    Breakdown: [`${column} by ${group_by}, ${group_count} groups: ${shown.join('; ')}.`],
    ...(top === undefined
      ? {}
      : {
          Insights: [
            `${top.group} has the largest ${column} of all ${group_by} groups: ${inWords(top.sum)}, ${inWords(top.share_percent)} % of ${column}.`,
          ],
        }),
  };
}

/** A step that adds up a measure by the words of a column. */
export function breakdownStep(data: Dataset, column: NumberColumn, by: TextColumn): PlanStep {
  const args = { dataset: data.name, column: column.name, group_by: by.name };
  return {
    thought: `I compare ${column.name} between the values of ${by.name}.`,
    perform: async (task) =>
      breakdownPart(await task.callTool('aggregate', args, () => groupBy(column, by, task.signal))),
  };
}

function anomalyLine({ column, at, series, value, expected, direction }: Anomaly): string {
  const where = series === null || series === at ? '' : ` (${series})`;
  return `${column} at ${at}${where} is ${inWords(value)}, unusually ${direction}; about ${inWords(expected)} was to be expected.`;
}

function anomalyPart({ anomalies, anomaly_count, values_checked, columns }: AnomalyReport): AnswerPart {
  const looked = `${values_checked} values of ${columns.join(', ')}`;
  const worst = anomalies[0];
  if (worst === undefined) return { Anomalies: [`No anomalies among ${looked}.`] };
  const more = anomaly_count > LISTED ? [`The others are in the result of detect_anomalies.`] : [];
  return {
    Anomalies: [
      `${anomaly_count} ${anomaly_count === 1 ? 'anomaly' : 'anomalies'} among ${looked}.`,
      ...anomalies.slice(0, LISTED).map(anomalyLine),
      ...more,
    ],
    Insights: [`The most extreme value is ${worst.column} at ${worst.at}: ${inWords(worst.value)}.`],
    Recommendations: [
      `Investigate ${worst.at} first: find out what changed ${worst.column} there, then go through the other anomalies.`,
      `Set an alert on ${worst.column} that fires when it leaves its usual range, so that the next one is seen as it happens.`,
    ],
  };
}

/** A step that looks for values that do not belong. */
export function anomalyStep(data: Dataset, columns: readonly NumberColumn[]): PlanStep {
  const args = { dataset: data.name, columns: columns.map(({ name }) => name), method: 'robust_z' };
  return {
    thought: `I look for values of ${names(columns)} that do not belong.`,
    perform: async (task) =>
      anomalyPart(
        await task.callTool('detect_anomalies', args, () => detectAnomalies(data, columns, task.signal)),
      ),
  };
}
