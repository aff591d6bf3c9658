import { AgentFailure, ToolError } from '../agents/agent.ts';
import type { FailureType } from '../runs/events.ts';
import type { TestError } from './result.ts';

const TYPE_OF: Readonly<Record<FailureType, TestError['error_type']>> = {
  tool: 'tool',
  retrieval: 'tool',
  model: 'llm',
  orchestration: 'system',
};

const MAX_MESSAGE = 2_000;
const MAX_FRAMES = 12;

const REDACTIONS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g, '[token]'],
  [
    /\b(authorization|bearer|password|passwd|secret|token|api[_-]?key)\b(\s*[=:]\s*|\s+)\S+/gi,
    '$1 [redacted]',
  ],
  [/([a-z][\w+.-]*:\/\/)[^\s/@]*@/gi, '$1[redacted]@'],
  [/file:\/\/\S*\//g, ''],
  [/(?<![\w:/.])(?:[A-Za-z]:)?[\\/](?:[^\s\\/():]+[\\/])+/g, ''],
];

/** A text without secrets, and with the names of files in place of their paths. */
export function redacted(text: string): string {
  return REDACTIONS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

/** Our own frames, by the file alone: where it is installed is nobody's business, nor is the runtime's inside. */
function framesOf(error: Error): readonly string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/node:|node_modules|\[as /.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => `    ${redacted(line.trim())}`);
}

/** A failure as the agent's own code told it, or without its words when it was none of the agent's. */
export function testErrorOf(error: unknown): TestError {
  const isTold = error instanceof AgentFailure || error instanceof ToolError;
  const type = error instanceof AgentFailure ? TYPE_OF[error.type] : isTold ? 'tool' : 'system';
  const told = isTold ? `${error.code}: ${error.message}` : 'the agent stopped for a reason of its own';
  const message = redacted(told.slice(0, MAX_MESSAGE));
  const name = error instanceof Error ? error.name : 'Error';
  const frames = error instanceof Error ? framesOf(error) : [];
  return { error_type: type, message, stack_trace: [`${name}: ${message}`, ...frames].join('\n') };
}

/** The code and message of a step that failed. */
export function stepErrorOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof AgentFailure) && !(error instanceof ToolError)) {
    return { code: 'STEP_FAILED', message: 'the step failed for a reason of its own' };
  }
  return { code: error.code, message: redacted(error.message.slice(0, MAX_MESSAGE)) };
}
