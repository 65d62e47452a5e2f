/** Finds a program on PATH, or where a system keeps its daemons. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian puts nginx there, and leaves these folders out of a user's PATH. */
export const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where a program is; null when it is not there. */
export function findOnPath(command: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders];
  const places = folders.map((folder) => join(folder, command));
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
