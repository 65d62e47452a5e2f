/** All views, in the order of the navigation; the first is shown where the address names none. */

import type { View } from '../shell/view.ts';
import { Explore } from './explore/explore.tsx';
import { Overview } from './overview/overview.tsx';

export const views: readonly View[] = [
  { path: 'overview', title: 'overview.title', View: Overview },
  { path: 'explore', title: 'explore.title', View: Explore },
];
