import { relative } from 'node:path';
import { runShard, type ShardAsk, type ShardResult } from '../campaign/run-campaign.ts';
import { HarnessError } from '../core/errors.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { parseShard, type Shard, shardWord } from '../core/shard.ts';
import { trialsHere } from '../plan/shard.ts';
import { EXIT_OF_ERROR } from '../report/exit.ts';

interface ShardOptions {
  readonly shard: string;
  readonly campaign?: string;
}

/** Drives one part of a campaign and says how it went: never a verdict, which belongs to the union of the parts. */
export async function driveShard(
  ask: Omit<ShardAsk, 'shard' | 'campaign'>,
  options: ShardOptions,
): Promise<ExitCode> {
  const named = { shard: readShard(options.shard), campaign: readCampaign(options.campaign) };
  const result = await runShard({ ...ask, ...named });
  const code = exitOf(result);
  process.stdout.write(`${conclusion(result, named.shard, code)}\n`);
  return code;
}

function readShard(text: string): Shard {
  const shard = parseShard(text);
  if (shard !== undefined) return shard;
  throw new HarnessError('CONFIG_INVALID', `--shard is "${text}": expected a part such as 2/4, or "alone"`, {
    hint: 'drive 1/4 to 4/4 side by side, then "alone", then merge them',
  });
}

/** Names a folder, and is part of what makes ids of this campaign unlike those of any other. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{5,63}$/;

function readCampaign(text: string | undefined): string {
  if (text !== undefined && NAME.test(text)) return text;
  const given = text === undefined ? 'is missing' : `is "${text}"`;
  throw new HarnessError(
    'CONFIG_INVALID',
    `--campaign ${given}: expected 6 to 64 letters, digits, _ or -, the same for all parts and never used before`,
    { hint: 'for example --campaign "nightly-$CI_PIPELINE_ID"' },
  );
}

function exitOf({ ending }: ShardResult): ExitCode {
  if (ending.interrupted !== undefined) return ending.interrupted;
  return ending.stopped === undefined ? EXIT.conforms : EXIT_OF_ERROR[ending.stopped.code];
}

function conclusion({ plan, dir, ending }: ShardResult, shard: Shard, code: ExitCode): string {
  const part = `part ${shardWord(shard)} of campaign ${plan.campaign}`;
  const counted = `${trialsHere(plan).length} of ${plan.trials.length} trials`;
  const path = relative(process.cwd(), dir) || '.';
  const said =
    ending.stopped !== undefined
      ? `${part} could not be driven: ${ending.stopped.message}`
      : code === EXIT.conforms
        ? `${part}: drove ${counted}. Nothing is judged before all parts are merged.`
        : `${part} was interrupted`;
  return `${said}\nVERDICT=NONE shard=${shardWord(shard)} exit=${code} evidence=${path}`;
}
