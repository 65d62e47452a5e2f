/** Which bars have a label on the axis, and where: no two touch, and none runs out of the picture. */

export interface AxisLabel {
  readonly key: string;
  readonly text: string;
  /** Its middle. */
  readonly x: number;
}

export interface LabelledBar {
  readonly key: string;
  readonly tick: string;
  /** Its middle. */
  readonly x: number;
}

/** Between two labels. */
const gap = 8;

/** `step`: from one bar to the next; `width`: of the picture. */
export function placeLabels(
  bars: readonly LabelledBar[],
  { step, width }: { readonly step: number; readonly width: number },
): readonly AxisLabel[] {
  const widest = Math.max(0, ...bars.map(({ tick }) => widthOf(tick)));
  const every = Math.max(1, Math.ceil((widest + gap) / Math.max(1, step)));
  const labels: AxisLabel[] = [];
  let free = -Infinity;
  for (const [index, { key, tick, x: middle }] of bars.entries()) {
    if (index % every !== 0) continue;
    const half = widthOf(tick) / 2;
    const x = Math.min(middle, width - half);
    if (x - half < free) continue;
    labels.push({ key, text: tick, x });
    free = x + half + gap;
  }
  return labels;
}

/** How wide a text of the axis is at most (11 px): a sign of Chinese is as wide as it is high. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, sign) => sum + ((sign.codePointAt(0) ?? 0) > 0x2e80 ? 11 : 6.5), 0);
}
