import { defineRequirements } from '../../harness/core/requirement.ts';

/** What the surfaces of one deployment owe each other. */
export const requirements = defineRequirements([
  {
    id: 'X-1',
    level: 'MUST',
    text: 'Errors of every API MUST be JSON of the declared shape, with a code of the protocol, and repeat nothing that was sent.',
    clause: 'docs/protocol.md 2',
    source: 'errors of all APIs',
  },
  {
    id: 'X-2',
    level: 'MUST',
    text: 'Every API MUST answer a request without a token, or with a bad one, with 401 and WWW-Authenticate: Bearer, and change nothing.',
    clause: 'docs/protocol.md 2',
    source: 'access to all APIs',
  },
  {
    id: 'X-3',
    level: 'MUST',
    text: 'Chat socket, stream, agents API and telemetry MUST tell the same story of a run: ids, steps, order, outcome and durations; the telemetry MUST show it in time and hold none of its content.',
    clause: 'docs/protocol.md 8',
    source: 'accounts of one run',
  },
  {
    id: 'X-4',
    level: 'MUST',
    text: 'A dry run MUST NOT show on any socket, on any stream or in any list of runs.',
    clause: 'docs/protocol.md 6.1',
    source: 'agent sandbox, no side effects',
  },
  {
    id: 'X-5',
    level: 'MUST',
    text: 'Paths that look like those of another API MUST NOT reach its handler: profiles is no agent, and test-history no profile.',
    clause: 'docs/protocol.md 6',
    source: 'routes of all APIs',
  },
  {
    id: 'X-6',
    level: 'MUST',
    text: 'A run that uses a tool MUST show the five lifecycle events in order, each tool_executing paired with its tool_completed.',
    clause: 'docs/protocol.md 4.3',
    source: 'execution events',
    when: ['thinking-events'],
  },
  {
    id: 'X-7',
    level: 'MUST',
    text: 'Users at once MUST each receive what is theirs and nothing else, in events and in readings.',
    clause: 'docs/protocol.md 2',
    source: 'isolation of users',
    excluded: 'restates IS-1 and IS-13: covered by their verdicts',
  },
  {
    id: 'X-8',
    level: 'MUST',
    text: 'Invalid requests and reconnects MUST NOT disturb later runs, and bad input MUST NOT yield a 5xx.',
    clause: 'docs/protocol.md 2',
    source: 'resilience',
    excluded: 'restates RS-4 and RS-13: covered by their verdicts',
  },
]);
