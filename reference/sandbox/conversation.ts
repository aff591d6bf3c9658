/** What the simulated model is told: each request says what is new since the one before. */
export class Conversation {
  #news: string[];

  constructor(opening: string) {
    this.#news = [opening];
  }

  tell(text: string): void {
    this.#news.push(text);
  }

  /** The prompt of the next request. */
  prompt(): string {
    const prompt = this.#news.length === 0 ? 'Go on.' : this.#news.join('\n\n');
    this.#news = [];
    return prompt;
  }
}
