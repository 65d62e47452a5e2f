/** A process that has the file of a store for itself, and writes to it until it is killed. Arguments: path, bytes of a value. */

import { instantOf } from '../../src/domain/calendar.ts';
import { openFileStore } from '../../src/stores/file/file-store.ts';

const [path = '', bytes = '0'] = process.argv.slice(2);
const store = openFileStore({
  path,
  now: () => instantOf(Date.now()),
  onStatus: (status) => status === 'UP' && void run(),
});

async function run(): Promise<void> {
  console.log('open');
  if (bytes === '0') return;
  for (let number = 1; ; number += 1) {
    const version = String(number).padStart(13, '0');
    const value = Buffer.alloc(Number(bytes), `Bj${version} value ${number} `);
    await store.put(`key ${number}`, value, { version, ttlMs: 3_600_000 });
    const length = String(version.length + 7).padStart(10, '0');
    await store.append('record', version, Buffer.from(`${length}${version}content`));
    console.log(`stored ${number}`);
  }
}

setInterval(() => {}, 1000);
