/** What the documents point to is there: links, headings, and files that they name. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

import { expect, test } from 'vitest';

import { root } from './support/process.ts';

const documents = [
  'README.md',
  'bench/README.md',
  'deploy/README.md',
  'src/providers/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(' ', '-');
}

/** What a document points to in vain. */
function brokenIn(document: string, text: string): string[] {
  const broken: string[] = [];
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : posix.join(posix.dirname(document), path);
    if (!existsSync(join(root, file))) broken.push(target);
    else if (anchor !== undefined) {
      const headings = readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.*)$/gm);
      if (!Array.from(headings, ([, heading = '']) => anchorOf(heading)).includes(anchor))
        broken.push(target);
    }
  }
  const rooms = '(?:src|test|bench|deploy|docs)';
  for (const [, path = ''] of text.matchAll(new RegExp(`\`(${rooms}/[\\w./-]+\\.\\w+)\``, 'g'))) {
    if (!existsSync(join(root, path))) broken.push(path);
  }
  // In the journey, files are named from src.
  for (const [, path = ''] of text.matchAll(
    /`((?:server|graphql|query|ledger|providers|upstream|table|domain)\/[\w./-]+\.ts)`/g,
  )) {
    if (!existsSync(join(root, 'src', path))) broken.push(path);
  }
  return broken;
}

test.each(documents)('%s points to what is there', (document) => {
  expect(brokenIn(document, readFileSync(join(root, document), 'utf8'))).toEqual([]);
});

test('what is planted is found', () => {
  const text =
    'See [this](docs/nowhere.md), [that](docs/settings.md#no-such-heading) and `src/nowhere/x.ts`.';
  expect(brokenIn('README.md', text)).toEqual([
    'docs/nowhere.md',
    'docs/settings.md#no-such-heading',
    'src/nowhere/x.ts',
  ]);
});
