/** Why a request about a run was refused (docs/protocol.md 4). */
export type RefusalCode =
  | 'AGENT_NOT_FOUND'
  | 'AGENT_INACTIVE'
  | 'PROJECT_NOT_FOUND'
  | 'THREAD_NOT_FOUND'
  | 'CONTEXT_ITEM_INVALID'
  | 'RUN_NOT_FOUND'
  | 'RUN_FINISHED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE';

const TEXTS: Readonly<Record<RefusalCode, string>> = {
  AGENT_NOT_FOUND: 'no agent of that name',
  AGENT_INACTIVE: 'the agent does not take requests at present',
  PROJECT_NOT_FOUND: 'no project with that id',
  THREAD_NOT_FOUND: 'no thread with that id',
  CONTEXT_ITEM_INVALID: 'a context item is not one of the project',
  RUN_NOT_FOUND: 'no run with that id',
  RUN_FINISHED: 'the run has ended already',
  RATE_LIMITED: 'too many runs at once; wait for one to end',
  UNAVAILABLE: 'the store does not answer; try again later',
};

/** A refusal that changed nothing; its text never repeats what was submitted. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode) {
    super(TEXTS[code]);
    this.name = 'Refusal';
    this.code = code;
  }
}
