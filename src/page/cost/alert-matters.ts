/** Alerts as the matters that they are about: the steps of a rule that held at the same time are one matter. */

export interface StepView {
  readonly id: string;
  readonly matter: string;
  readonly state: string;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
}

export interface Matter<Alert> {
  /** The id of the alert that it is shown as: the worst step that holds, or the last that did. */
  readonly id: string;
  readonly head: Alert;
  /** All of them, the worst first. */
  readonly steps: readonly Alert[];
}

/** Puts alerts together, the newest first as the endpoint lists them; none is lost. */
export function mattersOf<Alert extends StepView>(alerts: readonly Alert[]): readonly Matter<Alert>[] {
  const places = new Map(alerts.map(({ id }, index) => [id, index]));
  const episodes = [...Map.groupBy(alerts, ({ matter }) => matter).values()].flatMap(episodesOf);
  return episodes
    .toSorted(([a], [b]) => (places.get(a?.id ?? '') ?? 0) - (places.get(b?.id ?? '') ?? 0))
    .flatMap((steps): Matter<Alert>[] => {
      const head = steps.find(({ state }) => state === 'OPEN') ?? steps[0];
      return head === undefined ? [] : [{ id: head.id, head, steps }];
    });
}

/** What is over before it opens again was another time. */
function episodesOf<Alert extends StepView>(newestFirst: readonly Alert[]): readonly (readonly Alert[])[] {
  const episodes: Alert[][] = [];
  let endsAt = -Infinity;
  for (const alert of newestFirst.toReversed()) {
    const current = episodes.at(-1);
    if (current === undefined || Date.parse(alert.openedAt) >= endsAt) episodes.push([alert]);
    else current.unshift(alert);
    const end = alert.resolvedAt === null ? Infinity : Date.parse(alert.resolvedAt);
    endsAt = Math.max(endsAt, end);
  }
  return episodes;
}
