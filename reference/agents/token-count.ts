const CHARACTERS_PER_TOKEN = 4;

/**
 * Tokens of a text as the rule planner accounts for them: one per four characters, rounded up, the
 * common rule of thumb for English. The planner is its own model, so this is its own usage report.
 */
export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
