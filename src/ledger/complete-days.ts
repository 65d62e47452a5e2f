/** Which days a provider has told all of: a day that runs lacks its rest, and usage may come in for a while after it. */

import type { Account } from '../domain/account.ts';
import { after, dateIn, type CalendarDate, type Instant } from '../domain/calendar.ts';
import type { Segment } from '../domain/segments.ts';
import type { Entry } from './memory-tier.ts';

/** The first day that is not complete, by when its segment was read and how long its provider may still add to it. */
export function completeTo(
  { provider, timeZone }: Account,
  parts: readonly { readonly entry: Entry; readonly segment: Segment }[],
  now: Instant,
): CalendarDate {
  const completeAt = (instant: Instant): CalendarDate =>
    dateIn(after(instant, -provider.usageLagHours * 3_600_000), timeZone);
  let first = completeAt(now);
  for (const { entry, segment } of parts) {
    const known = completeAt(entry.readAt);
    // What was read late enough is complete to its end.
    if (segment.dates !== null && known >= segment.dates.to) continue;
    const from = segment.dates?.from ?? known;
    const open = known > from ? known : from;
    if (open < first) first = open;
  }
  return first;
}
