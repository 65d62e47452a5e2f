/** How much memory sums of spend take, by estimate. */

interface MeasuredGroup {
  readonly values: readonly unknown[];
  readonly dated: ReadonlyMap<unknown, unknown> | null;
}

/** As measured on V8: the most bytes of a currency's sums, of a group itself, of a value, and of a label. */
const bytesEach = { sums: 800, group: 500, value: 120, label: 300 };

export function bytesOf({
  groups,
  labels,
}: {
  readonly groups: ReadonlyMap<string, MeasuredGroup>;
  readonly labels: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}): number {
  let bytes = 2000;
  for (const [id, { values, dated }] of groups) {
    bytes += bytesEach.group + 2 * id.length + bytesEach.value * values.length;
    bytes += bytesEach.sums * (1 + (dated?.size ?? 0));
  }
  for (const ofValue of labels.values()) bytes += bytesEach.label * ofValue.size;
  return bytes;
}
