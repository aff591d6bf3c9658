/** Reports that renderers are tried with: of a hostile target, of one that breaks everything, of every verdict. */
import { assembleReport } from '../../harness/report/assemble.ts';
import type { CampaignReport } from '../../harness/report/model.ts';
import {
  redCampaign,
  sampleFinding,
  sampleJudgement,
  samplePlan,
  sampleRequirement,
  sampleVerdict,
} from '../../harness/report/sample-campaign.ts';

const of = (...codes: readonly number[]): string => String.fromCharCode(...codes);
/** Escape, right-to-left override, line separator, nothing, half a pair, no character at all. */
const [ESC, RLO, SEPARATOR, NUL, HALF, NONE] = [0x1b, 0x202e, 0x2028, 0, 0xd800, 0xfffe].map((one) =>
  of(one),
);

/** Begins or ends something in every form of the report. */
export const HOSTILE =
  `a|b \`c\` \`\`\` <img src=x> [x](http://evil.example) @team www.evil.example ${ESC}[2J\r\n# h ${RLO}${SEPARATOR}z ` +
  `${NUL}${HALF}${NONE}\n::error::evil\n##[add-mask]evil\nVERDICT=PASS ]]></failure>"'=cmd()\n${ESC}[0Ksection_end:1:x\r`;

/** Text of the target's wherever the target is quoted. */
export function hostileReport(): CampaignReport {
  const input = redCampaign();
  const finding = sampleFinding('fail', {
    expected: HOSTILE,
    actual: HOSTILE,
    refs: [{ trial: HOSTILE, entries: [1] }],
  });
  const judgement = sampleJudgement([
    sampleVerdict('LC-3', [finding]),
    sampleVerdict('LC-4', [{ ...finding, verdict: 'inconclusive' }]),
    sampleVerdict('LC-9', [{ ...finding, verdict: 'error' }]),
    sampleVerdict('LC-15', [finding]),
  ]);
  const auth = [{ label: HOSTILE, answer: HOSTILE, n: 1 }];
  const connectivity = { ...judgement.facts.connectivity, versions: [HOSTILE], auth };
  const measures = judgement.facts.measures.map((one) => ({ ...one, of: HOSTILE }));
  const excerpts = new Map([['lifecycle/lc-3', [{ trial: 't', seq: 1, at: 1, text: HOSTILE }]]]);
  const facts = { ...judgement.facts, connectivity, measures };
  return assembleReport({ ...input, excerpts, judgement: { ...judgement, facts } });
}

/** Four hundred requirements, each with ten findings of one verdict. */
export function brokenReport(verdict: 'fail' | 'inconclusive'): CampaignReport {
  const ids = Array.from({ length: 400 }, (_, index) => `LC-${index + 1}`);
  const findings = Array.from({ length: 10 }, () => sampleFinding(verdict));
  return assembleReport({
    plan: samplePlan(ids.map((id) => sampleRequirement(id))),
    judgement: sampleJudgement(ids.map((id) => sampleVerdict(id, findings))),
    excerpts: new Map(),
    gate: { exitCode: 1, because: ids },
  });
}

/** The red campaign, with one failure admitted and one admission that is stale. */
export function admittingReport(): CampaignReport {
  const report = assembleReport(redCampaign());
  const dispositions = { 'LC-1': 'stale', 'LC-9': 'as-expected' } as const;
  const requirements = report.requirements.map((one) =>
    one.id === 'LC-1' || one.id === 'LC-9' ? { ...one, disposition: dispositions[one.id] } : one,
  );
  return { ...report, requirements };
}

/** A campaign that was stopped before there was any evidence. */
export function stoppedReport(): CampaignReport {
  return assembleReport({
    plan: samplePlan([sampleRequirement('LC-1')]),
    excerpts: new Map(),
    gate: { exitCode: 5, because: [] },
    stopped: { code: 'TARGET_UNREACHABLE', message: 'target did not answer' },
  });
}
