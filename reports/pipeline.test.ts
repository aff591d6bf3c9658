import { describe, expect, it } from 'vitest';
import { assembleReport } from '../harness/report/assemble.ts';
import { redCampaign } from '../harness/report/sample-campaign.ts';
import { foldForGitHub, foldForGitLab, gitHubAnnotations, gitHubOutput } from './pipeline.ts';
import { renderTerminal } from './terminal.ts';
import { brokenReport, hostileReport } from './test-support/reports.ts';

const textOf = (report: Parameters<typeof renderTerminal>[0]): string =>
  renderTerminal(report, { colour: false, unicode: false, path: 'results/c' });

/** What the runner would do: `::command::` where a line begins with it, `##[command]` anywhere, unless stopped. */
function commandsIn(text: string): readonly string[] {
  const heard: string[] = [];
  let stopped: string | undefined;
  for (const line of text.split('\n')) {
    const modern = /^\s*::([^:\s]+)[^:]*::(.*)$/.exec(line);
    const legacy = /##\[([^\]\s]+)/.exec(line);
    if (stopped !== undefined) {
      if (modern?.[1] === stopped) stopped = undefined;
    } else if (modern?.[1] === 'stop-commands') stopped = modern[2];
    else heard.push(...[modern?.[1] ?? legacy?.[1] ?? []].flat());
  }
  return heard;
}

describe('on GitHub', () => {
  it('what is red is an error, what may be breached a warning', () => {
    expect(gitHubAnnotations(assembleReport(redCampaign()))).toEqual([
      '::error title=LC-3 MUST LC-3 is kept::2 late events, first: message',
      '::error title=LC-9 MUST LC-9 is kept::seq 0',
      '::error title=LC-4 MUST LC-4 is kept::inconclusive: the stream was broken before',
      '::warning title=LC-15 SHOULD LC-15 is kept::breached: none',
    ]);
  });

  it('no text of the target is a command', () => {
    const report = hostileReport();
    const commands = commandsIn(foldForGitHub(report, textOf(report)));
    expect(commands).toEqual(['error', 'error', 'error', 'error', 'warning', 'group', 'endgroup']);
    expect(commandsIn(textOf(report))).not.toEqual([]);
  });

  it('no text of the target ends an annotation or begins another', () => {
    for (const line of gitHubAnnotations(hostileReport())) {
      expect(line).toMatch(/^::(error|warning) title=[^:,]*::[^\n\r]*$/);
    }
  });

  it('at most ten of a kind', () => {
    const lines = gitHubAnnotations(brokenReport('fail'));
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toContain('and 391 more');
  });

  it('the last line is the last line', () => {
    const report = assembleReport(redCampaign());
    expect(foldForGitHub(report, textOf(report)).trimEnd().split('\n').at(-1)).toMatch(/^VERDICT=FAIL /);
    expect(gitHubOutput(report)).toBe('verdict=FAIL\nexit=1\n');
  });
});

describe('on GitLab', () => {
  it('the findings are one section as long as the campaign', () => {
    const report = assembleReport(redCampaign());
    const lines = foldForGitLab(report, textOf(report)).trimEnd().split('\n');
    expect(lines[0]).toBe(
      '\u001b[0Ksection_start:1767607201:conformance[collapsed=true]\r\u001b[0KFindings: 3 failures, 1 undecided, 0 errors',
    );
    expect(lines).toContain('\u001b[0Ksection_end:1767607449:conformance\r\u001b[0K');
    expect(lines.at(-5)).toMatch(/^staging\.example\.com breaks 2 of 4/);
    expect(lines.at(-1)).toMatch(/^VERDICT=FAIL /);
  });

  it('no text of the target ends the section', () => {
    const report = hostileReport();
    // Two marks of ours, each of two control sequences.
    expect(foldForGitLab(report, textOf(report)).split('\u001b')).toHaveLength(5);
  });
});
