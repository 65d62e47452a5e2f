/** Runs steps in blocks: the next ones begin when all of the last are over, so that their rows are not all there at once. */

export interface Step<T> {
  readonly result: Promise<T>;
  /** Settles when others may begin, at the latest with the result. */
  readonly over: Promise<unknown>;
}

/** Steps in blocks of at most `size`. */
export function createBlocks(size: number): <T>(begin: () => Step<T>) => Promise<T> {
  const waiting: (() => Promise<unknown>)[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    // Lets those come first that ask in the same turn.
    await Promise.resolve();
    while (waiting.length > 0) await Promise.allSettled(waiting.splice(0, size).map((begin) => begin()));
    isRunning = false;
  }

  return <T>(begin: () => Step<T>) => {
    const { promise, resolve } = Promise.withResolvers<T>();
    waiting.push(() => {
      const { result, over } = begin();
      resolve(result);
      return over;
    });
    if (!isRunning) void run();
    return promise;
  };
}
