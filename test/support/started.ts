/** What tests have started and is stopped after each: one list for all files that a worker of vitest runs. */

const started: (() => Promise<void>)[] = [];

/** Has `stop` called after the test that runs now. */
export function stopAfterTest(stop: () => Promise<void>): void {
  started.push(stop);
}

/** Stops everything, the newest first. */
export async function stopStarted(): Promise<void> {
  for (const stop of started.splice(0).toReversed()) await stop();
}
