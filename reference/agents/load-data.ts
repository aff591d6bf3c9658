import { type AgentTask, ToolError } from './agent.ts';
import type { Dataset } from './data/dataset.ts';
import { parseDataset, type RawData } from './data/parse-dataset.ts';
import { parseMessage } from './fenced-data.ts';

/** The data sets that could be read, and why others could not. */
export interface LoadedData {
  readonly datasets: readonly Dataset[];
  readonly problems: readonly ToolError[];
}

/** The format of a document: JSON if it looks like it, CSV otherwise. */
function guessFormat(content: string): RawData['format'] {
  return /^\s*[[{]/.test(content.slice(0, 100)) ? 'json' : 'csv';
}

async function gather(task: AgentTask): Promise<readonly RawData[]> {
  const inline = parseMessage(task.message).blocks.map((block, index) => ({
    name: `inline-${index + 1}`,
    ...block,
  }));
  const documents = task.contextItemIds.length === 0 ? [] : await task.loadDocuments();
  const items = documents.map(({ name, content }) => ({ name, content, format: guessFormat(content) }));
  return [...inline, ...items];
}

/**
 * Loads everything the run was given with the load_dataset tool. A data set that cannot be read is
 * a failed tool call; the run goes on as long as one can be, and fails with the last error otherwise.
 */
export async function loadData(task: AgentTask): Promise<LoadedData> {
  const datasets: Dataset[] = [];
  const problems: ToolError[] = [];
  for (const raw of await gather(task)) {
    await task.think(`I read the ${raw.format.toUpperCase()} data set ${raw.name}.`);
    let dataset: Dataset | undefined;
    try {
      await task.callTool('load_dataset', { dataset: raw.name, format: raw.format }, async () => {
        dataset = await parseDataset(raw, task.signal);
        const columns = dataset.columns.map(({ name, kind }) => ({ name, kind }));
        return { dataset: raw.name, rows: dataset.rowCount, columns };
      });
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      problems.push(error);
    }
    if (dataset !== undefined) datasets.push(dataset);
  }
  if (datasets.length === 0 && problems.length > 0) throw problems.at(-1);
  return { datasets, problems };
}
