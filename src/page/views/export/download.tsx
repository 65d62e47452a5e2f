/** A link to a file that may be refused: what is missing is said here, and not in a file that looks like the export. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { useSession } from '../../shell/session.tsx';
import { Failure } from '../../shell/states.tsx';
import { errorsOf, isSignedOut, unreachable, type QueryError } from '../../shell/use-query.ts';

export function Download({
  address,
  children,
}: {
  readonly address: string;
  readonly children: ComponentChildren;
}) {
  const [errors, setErrors] = useState<readonly QueryError[]>([]);
  const [isAsking, setIsAsking] = useState(false);
  const { expired } = useSession();
  // A reader who has chosen another file meanwhile does not want this one.
  const isGone = useRef(false);
  useEffect(() => () => void (isGone.current = true), []);

  async function download(): Promise<void> {
    setIsAsking(true);
    const refused = await askForFile(address);
    if (isGone.current) return;
    if (refused.some(isSignedOut)) return expired();
    setErrors(refused);
    setIsAsking(false);
    // It comes as an attachment, so the page stays.
    if (refused.length === 0) location.assign(address);
  }

  return (
    <>
      <p aria-busy={isAsking}>
        <a
          class="button primary"
          href={address}
          onClick={(event) => {
            event.preventDefault();
            if (!isAsking) void download();
          }}
        >
          {children}
        </a>
      </p>
      {errors.length > 0 && <Failure errors={errors} reload={() => void download()} />}
    </>
  );
}

/** Why there is no such file; empty: there is. Its text is not read: the browser asks for it by itself. */
async function askForFile(address: string): Promise<readonly QueryError[]> {
  const controller = new AbortController();
  try {
    const response = await fetch(address, { signal: controller.signal });
    if (response.ok) return [];
    return errorsOf((await response.json()) as Parameters<typeof errorsOf>[0]);
  } catch {
    return [unreachable(null)];
  } finally {
    controller.abort();
  }
}
