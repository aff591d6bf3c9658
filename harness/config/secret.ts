import { inspect } from 'node:util';

/**
 * A value that must never be printed. However it is shown (JSON, string, inspect, clone), only its name is;
 * the value comes out through `reveal` alone, which is easy to search for.
 */
export class Secret {
  readonly name: string;
  readonly #value: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `[secret ${this.name}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
