/** The settings of the file in which a gateway without Redis keeps its rows. */

import { accessSync, constants, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { publicText } from './setting-meta.ts';

/** `none`: only memory. */
export const store = z.strictObject({ file: publicText.min(1).optional() }).prefault({});

const none = 'none';
/** The default folder, and the name of the file. */
const usualFolder = 'data';
const usualName = 'ledger.db';

/**
 * Where the file is; null: there is none. A relative path starts at `folder`, where the settings are. By default the
 * file is beside the settings; if that folder cannot be written, it is in the folder "data" of the working directory,
 * if that exists (a container's volume); otherwise there is none. `folder` null: only an explicit path counts.
 */
export function storeFileOf(file: string | undefined, folder: string | null): string | null {
  if (file === none) return null;
  if (file !== undefined) return resolve(folder ?? '.', file);
  if (folder === null) return null;
  const beside = join(folder, usualFolder);
  if (isWritable(existsSync(beside) ? beside : folder)) return join(beside, usualName);
  return isWritable(usualFolder) ? resolve(usualFolder, usualName) : null;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
