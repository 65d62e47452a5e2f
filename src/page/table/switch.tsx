/** Something of the address that is on or off. */

import type { ComponentChildren } from 'preact';

import { changeParams, useRoute } from '../shell/route.ts';

export function Switch({
  name,
  on,
  children,
}: {
  readonly name: string;
  readonly on: string;
  readonly children: ComponentChildren;
}) {
  const { params } = useRoute();
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={params.get(name) === on}
        onChange={({ currentTarget: { checked } }) =>
          changeParams({ [name]: checked ? on : null }, { replace: true })
        }
      />
      {children}
    </label>
  );
}
