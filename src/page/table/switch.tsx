/** Something of the address that is on or off. */

import type { ComponentChildren } from 'preact';

import { changeParams, useRoute } from '../shell/route.ts';

/** `on`: what the address says where it is on. `off`: what it says where it is off, of what is on by itself. */
export function Switch({
  name,
  on,
  off,
  children,
}: {
  readonly name: string;
  readonly on?: string;
  readonly off?: string;
  readonly children: ComponentChildren;
}) {
  const { params } = useRoute();
  const value = params.get(name);
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={on === undefined ? value !== off : value === on}
        onChange={({ currentTarget: { checked } }) =>
          changeParams({ [name]: (checked ? on : off) ?? null }, { replace: true })
        }
      />
      {children}
    </label>
  );
}
