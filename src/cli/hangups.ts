/** Catches SIGHUP, which reloads the settings, from the first moment on: during the start it would end the process. */

let reload: (() => void) | null = null;
let isPending = false;

/** From now on a signal waits for a listener. */
export function catchHangups(): void {
  process.on('SIGHUP', () => {
    if (reload === null) isPending = true;
    else reload();
  });
}

/** Sets the listener, and calls it at once if a signal has come already. */
export function onHangup(listener: () => void): void {
  reload = listener;
  if (isPending) listener();
}
