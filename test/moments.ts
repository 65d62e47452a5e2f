/** Moments at which clocks have caught programs out: the tests pass when they start at any of them. */
export const moments = {
  'midnight-utc': '2026-11-15T23:59:00Z',
  'midnight-shanghai': '2026-11-15T23:59:00+08:00',
  'streamlake-settles': '2026-12-01T13:59:00+08:00',
  'novita-settles': '2026-12-03T09:59:00Z',
  'end-of-31-days': '2026-10-31T12:00:00Z',
  'end-of-february': '2027-02-28T12:00:00Z',
  'new-year': '2026-12-31T23:59:00Z',
  'leap-day': '2028-02-29T12:00:00Z',
} as const;
