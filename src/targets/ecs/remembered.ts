/** A memory for answers that never change, such as what a task definition says; the oldest are forgotten first. */

export interface Remembered<T> {
  /** What is remembered under the key, else what `fetch` finds out. A fetch that throws leaves nothing behind. */
  get(key: string, fetch: () => Promise<T>): Promise<T>;
  keep(key: string, value: T): void;
  peek(key: string): T | undefined;
}

export function remembered<T>(limit: number): Remembered<T> {
  const values = new Map<string, T>();
  const underWay = new Map<string, Promise<T>>();

  const keep = (key: string, value: T) => {
    values.set(key, value);
    const [oldest] = values.keys();
    if (values.size > limit && oldest !== undefined) values.delete(oldest);
  };

  return {
    keep,
    peek: (key) => values.get(key),
    async get(key, fetch) {
      const known = values.get(key);
      if (known !== undefined) return known;
      const asked = underWay.get(key) ?? fetch();
      underWay.set(key, asked);
      try {
        const value = await asked;
        keep(key, value);
        return value;
      } finally {
        underWay.delete(key);
      }
    },
  };
}
