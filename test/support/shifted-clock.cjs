/**
 * Shifts the wall clock of this process and its worker threads by CLOCK_SHIFT_MS milliseconds: Date, Temporal.Now and
 * performance.timeOrigin. `NODE_OPTIONS="--require <this file>"` does so in every process that a test starts, too; with
 * --import, threads made of text would keep the real clock. What measures durations (performance.now, timers) runs as
 * always. Plain JavaScript, since npm may run with an older Node.
 */

'use strict';

const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);
if (!Number.isSafeInteger(shiftMs)) throw new RangeError('CLOCK_SHIFT_MS: expected whole milliseconds');

const RealDate = Date;
const now = () => RealDate.now() + shiftMs;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
RealDate.prototype.constructor = globalThis.Date;

if (typeof Temporal !== 'undefined') {
  const real = Temporal.Now.instant.bind(Temporal.Now);
  const zoned = (zone = Temporal.Now.timeZoneId()) => Temporal.Now.instant().toZonedDateTimeISO(zone);
  Object.assign(Temporal.Now, {
    instant: () => real().add({ milliseconds: shiftMs }),
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (zone) => zoned(zone).toPlainDateTime(),
    plainDateISO: (zone) => zoned(zone).toPlainDate(),
    plainTimeISO: (zone) => zoned(zone).toPlainTime(),
  });
}

Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + shiftMs });
