/** Finds a program on PATH. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is; null when it is not there. */
export function findOnPath(command: string): string | null {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, command));
  return places.find((place) => isExecutable(place)) ?? null;
}

function isExecutable(place: string): boolean {
  try {
    accessSync(place, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
