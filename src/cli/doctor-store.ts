/** The doctor's check of the file or store that keeps rows across restarts. */

import { statSync } from 'node:fs';

import type { Config } from '../config/settings.ts';
import type { FileStore } from '../stores/file/file-store.ts';
import type { Finding } from './findings.ts';

const what = 'store';

/** Checks the store. `file`: the gateway's own file store. */
export function checkStore({ redis, store }: Config, file: FileStore | null): Finding {
  const well = (found: string): Finding => ({ what, state: 'ok', found, advice: '' });
  if (redis !== undefined) return well('Redis keeps what has been read');
  if (store.file === null || file === null) {
    return well('none: what has been read is forgotten when a process ends');
  }
  const status = file.status();
  const cause = file.cause();
  if (status === 'AWAY' && /locked by another process/.test(cause)) {
    return well(`${store.file}: another process has it, a gateway that runs`);
  }
  if (status !== 'UP') {
    const advice = 'see to the folder, its rights and its disk; till then nothing is kept over restarts';
    return { what, state: 'failed', found: cause, advice };
  }
  const aside = file.setAside();
  if (aside !== null) {
    const advice = 'look at the disk; the file that was moved aside can be deleted';
    return { what, state: 'warning', found: aside, advice };
  }
  return well(`${store.file} can be written, ${(statSync(store.file).size / 1e6).toFixed(1)} MB`);
}
