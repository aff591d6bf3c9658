/** Something that must never be printed. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

/** All secrets known by now, and whoever must hear of the next one at once. */
export interface Vault {
  readonly learn: (name: string, value: string) => void;
  readonly all: () => readonly NamedSecret[];
  /** Hears of every later secret; returns how to stop. */
  readonly subscribe: (listener: (secret: NamedSecret) => void) => () => void;
}

/** An empty vault. */
export function openVault(): Vault {
  const known = new Map<string, NamedSecret>();
  const listeners = new Set<(secret: NamedSecret) => void>();
  return {
    learn(name, value) {
      if (value === '' || known.has(value)) return;
      known.set(value, { name, value });
      for (const listener of listeners) listener({ name, value });
    },
    all: () => [...known.values()],
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
