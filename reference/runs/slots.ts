import { type Principal, principalKey } from '../auth/principal.ts';

/** How many runs each principal has going; nobody can have more than the limit. */
export class Slots {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a place and answers with the way to give it back; `undefined` when there is none. */
  take(principal: Principal): (() => void) | undefined {
    const key = principalKey(principal);
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= this.#limit) return undefined;
    this.#taken.set(key, taken + 1);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const left = (this.#taken.get(key) ?? 1) - 1;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
    };
  }
}
