/** Sees to what the tests need from outside npm: from PATH, else from Debian's packages, else it says what to install. */

import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';

import { findOnPath, systemFolders } from './support/path.ts';

const tools = [
  { command: 'redis-server', package: 'redis-server' },
  { command: 'redis-cli', package: 'redis-tools' },
  { command: 'chromium', package: 'chromium' },
  { command: 'nginx', package: 'nginx-light' },
  { command: 'promtool', package: 'prometheus' },
  { command: 'kubectl', package: 'kubernetes-client' },
];

const missing = tools.filter(({ command }) => findOnPath(command) === null);
if (missing.length > 0) install(missing.map((tool) => tool.package));
const still = tools.filter(({ command }) => findOnPath(command) === null).map((tool) => tool.package);
if (still.length > 0) {
  console.error(
    `The tests need ${still.join(' and ')}: install with "apt-get install ${still.join(' ')}" or your system's like.`,
  );
  process.exit(1);
}

/** As root on Debian and its like; anywhere else the line above is all that can be done. */
function install(packages: readonly string[]): void {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  console.log(`Installing ${packages.join(' and ')} from Debian's packages ...`);
  // Packages are set up by programs in the system's folders.
  const path = [process.env['PATH'], ...systemFolders].join(delimiter);
  const options: SpawnSyncOptions = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PATH: path, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
}
