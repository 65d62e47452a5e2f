/** What tests have started and is stopped after each, or after its file: test/setup.ts does so. */

type Stop = () => Promise<void>;

const ofTest: Stop[] = [];
const ofFile: Stop[] = [];

/** Has `stop` called after the test that runs now. */
export function stopAfterTest(stop: Stop): void {
  ofTest.push(stop);
}

/** Has `stop` called after the file that runs now. A hook may call this; in a hook, afterAll of vitest does nothing. */
export function stopAfterFile(stop: Stop): void {
  ofFile.push(stop);
}

/** Stops what the test has started, the newest first. */
export function stopTest(): Promise<void> {
  return stopAll(ofTest);
}

/** Stops what the file has started, the newest first. */
export function stopFile(): Promise<void> {
  return stopAll(ofFile);
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) await stop();
}
