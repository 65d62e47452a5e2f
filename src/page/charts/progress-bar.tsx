/** How far something is: a native progress bar, which assistive technology knows, with its words beside it. */

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import './small-charts.css';

export function ProgressBar({
  done,
  of,
  state = 'running',
  children,
}: {
  readonly done: number;
  readonly of: number;
  readonly state?: 'running' | 'ok' | 'warning' | 'exceeded' | 'paused';
  /** What it is of, and how far it is. */
  readonly children: ComponentChildren;
}) {
  const id = useId();
  return (
    <div class={`progress is-${state}`}>
      <progress value={Math.min(Math.max(done, 0), of)} max={of === 0 ? 1 : of} aria-labelledby={id} />
      <span id={id}>{children}</span>
    </div>
  );
}
