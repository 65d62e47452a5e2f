/** All views, in the order of the navigation; the first is shown where the address names none. */

import type { View } from '../shell/view.ts';
import { Alerts } from './alerts/alerts.tsx';
import { Allocation } from './allocation/allocation.tsx';
import { Check } from './check/check.tsx';
import { Explore } from './explore/explore.tsx';
import { Export } from './export/export.tsx';
import { Invoices } from './invoices/invoices.tsx';
import { Keys } from './keys/keys.tsx';
import { Overview } from './overview/overview.tsx';

export const views: readonly View[] = [
  { path: 'overview', title: 'overview.title', isForBound: true, View: Overview },
  { path: 'explore', title: 'explore.title', isForBound: true, View: Explore },
  { path: 'keys', title: 'keys.title', isForBound: true, View: Keys },
  { path: 'allocation', title: 'allocation.title', View: Allocation },
  { path: 'invoices', title: 'invoices.title', View: Invoices },
  { path: 'check', title: 'check.title', View: Check },
  { path: 'alerts', title: 'alerts.title', View: Alerts },
  { path: 'export', title: 'export.title', View: Export },
];
