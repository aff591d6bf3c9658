/** What a package that brings a dialect of its own imports as `agent-conformance/dialect`. */
export type {
  AgentEvent,
  Carriage,
  Decoded,
  Dialect,
  EventKind,
  Inspection,
} from '../protocol/agent-event.ts';
export {
  checkDialect,
  type DialectReport,
  type RecordedStream,
  throwsOn,
} from '../protocol/check-dialect.ts';
export { Conversation } from '../protocol/conversation.ts';
