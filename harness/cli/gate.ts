import { InvalidArgumentError, Option } from 'commander';
import { readReport } from '../campaign/read-report.ts';
import { decideRelease, type Release, STRICTNESS, type Strictness } from '../compare/decide-release.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { systemClock } from '../driver/system-clock.ts';
import type { CampaignReport } from '../report/model.ts';
import type { Register } from './command.ts';

interface GateOptions {
  readonly baseline?: string;
  readonly failOn: Strictness;
  readonly maxAge?: number;
  readonly target?: string;
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function age(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([mhd])$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('expected a duration, for example 90m, 24h or 7d');
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}

/** Adds `gate`. */
export const registerGate: Register = (root, finish) => {
  root
    .command('gate')
    .description('decide on a report whether to release: exit code 0 go, 1 no-go, 3 undecided')
    .argument('<report>', 'folder of the campaign, or its report.json')
    .option('--baseline <report>', 'an earlier report that it must not fall behind')
    .addOption(
      new Option('--fail-on <what>', 'from which on a verdict stops the release; each includes those before')
        .choices(STRICTNESS)
        .default('must'),
    )
    .option('--max-age <duration>', 'how old the report may be, for example 24h', age)
    .option('--target <url>', 'URL or name of what is to be released')
    .action((path: string, options: GateOptions) => finish(decide(readReport(path), options)));
};

function decide(report: CampaignReport, { baseline, failOn, maxAge, target }: GateOptions): ExitCode {
  const release = decideRelease(report, {
    failOn,
    now: systemClock.wall(),
    ...(baseline === undefined ? {} : { baseline: readReport(baseline) }),
    ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
    ...(target === undefined ? {} : { target }),
  });
  process.stdout.write(told(report, release));
  return release.exitCode;
}

/** One line for machines first, then the reasons, what decided first. */
function told({ campaign, target }: CampaignReport, { decision, exitCode, reasons }: Release): string {
  const decisive = reasons.filter(({ weight }) => weight !== 'note').map(({ code }) => code);
  const fields = { decision, exit: exitCode, campaign, target: target.name, because: decisive };
  const rank = { 'no-go': 0, undecided: 1, note: 2 } as const;
  const lines = [...reasons]
    .sort((a, b) => rank[a.weight] - rank[b.weight])
    .map(({ weight, code, text }) => `  ${weight.padEnd(9)}  ${code}  ${text}`);
  const none = lines.length === 0 ? ['  nothing speaks against it'] : [];
  return `gate ${JSON.stringify(fields)}\n${[...lines, ...none].join('\n')}\n`;
}
