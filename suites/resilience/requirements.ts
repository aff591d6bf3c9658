import { defineRequirements } from '../../harness/core/requirement.ts';

/** Errors are survived, and never answered with a crash. */
export const requirements = defineRequirements([
  {
    id: 'RS-13',
    level: 'MUST',
    text: 'Whatever an HTTP endpoint is sent, it MUST answer bad input with a 4xx status and the error shape, never a 5xx, and MUST change nothing.',
    clause: 'docs/protocol.md 2',
    source: 'agents API; execution events, error recovery',
    when: ['agents-api', 'fixtures'],
  },
]);
