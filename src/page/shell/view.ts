/** A view of the page, as src/page/views/all-views.ts lists it. */

import type { VNode } from 'preact';

import type { TextKey } from '../texts/texts.ts';

export interface View {
  /** Its part of the address: `explore`. */
  readonly path: string;
  readonly title: TextKey;
  /** Whether a reader sees it who sees the cost of some values of an allocation alone. */
  readonly isForBound?: boolean;
  readonly View: () => VNode;
}
