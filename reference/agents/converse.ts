import type { AgentTask } from './agent.ts';
import { type Recollection, recall } from './tools/recall.ts';

const QUESTION_CHARACTERS = 500;

/** How a question about the past begins when it has no question mark. */
const ASKS =
  /^\s*(please\s+)?(what|which|who|when|where|how|do|did|can|could|tell|repeat|recall|remind|say)\b/i;

function inAnswer(
  { found, sentence, messages_searched }: Recollection,
  asksMemory: boolean,
  ability: string,
): string {
  if (found && sentence !== null) return `You told me earlier in this conversation: "${sentence}"`;
  if (asksMemory) {
    return `I searched ${messages_searched} earlier messages of this conversation and found nothing about that. Tell me, and I will know it in the next message.`;
  }
  return `I have noted what you said. ${ability} Attach context items, or put the data into a fenced csv or json block of your message.`;
}

/** Answers a message that brings no data: from the memory of the thread, or with what would help. */
export async function converse(
  task: AgentTask,
  prose: string,
  asksMemory: boolean,
  ability: string,
): Promise<string> {
  const question = prose.slice(0, QUESTION_CHARACTERS);
  const isStatement = !question.includes('?') && !ASKS.test(question);
  await task.think(
    asksMemory && !isStatement
      ? 'This is about what was said before, so I look into the memory of this conversation.'
      : 'There is no data with this message; I check whether this conversation already has the answer.',
  );
  const recollection = await task.callTool('recall_conversation', { question, scope: 'thread' }, async () => {
    // Without a question there is nothing to answer from memory: a statement is only noted.
    const earlier = await task.earlierMessages();
    return recall(question, isStatement ? [] : earlier);
  });
  await task.think(
    recollection.found ? 'I found it.' : 'The memory of this conversation does not help here.',
  );
  return inAnswer(recollection, asksMemory && !isStatement, ability);
}
