/** A gateway as a process of its own whose clock the test moves: started by clocked-fleet.ts, told by messages. */

import { startApp } from '../../src/app/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { instantOf } from '../../src/domain/calendar.ts';

export interface Step {
  readonly step: number;
  readonly nowMs: number;
}

const clock = { nowMs: Number(process.env['CLOCK_MS']) };
/** Short, since a leader lease outlives its leader by three of them, in real time. */
const app = await startApp(readConfig(), { now: () => instantOf(clock.nowMs), tickMs: 300 });

process.on('message', (message) => {
  void follow(message as Step);
});
process.once('SIGTERM', () => {
  void app.stop({ withinMs: 9000 }).then(() => process.exit(0));
});
process.send?.({ url: app.url });

/** Takes the time over, and looks at all that is due then. */
async function follow({ step, nowMs }: Step): Promise<void> {
  clock.nowMs = nowMs;
  // One that runs already may have begun before.
  await app.alerts.tick();
  await app.alerts.tick();
  process.send?.({ step });
}
