/**
 * The files of the cost page, bundled from src/page in memory when the page is first asked for: no build step, and
 * nobody who does not open the page pays for it. It takes some tenth of a second in a process of its own, which then
 * ends.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const folder = new URL('../../page/', import.meta.url);

/** A file in each encoding, compressed once. */
export interface Asset {
  readonly mediaType: string;
  readonly bodies: Readonly<Record<AssetEncoding, Buffer>>;
}

export const assetEncodings = ['br', 'gzip', 'identity'] as const;
export type AssetEncoding = (typeof assetEncodings)[number];

/**
 * Whom a document is for: a reader whom the gateway knows, one who sees the cost of some values of an allocation alone,
 * and one whom it does not know (yet).
 */
export type Reader = 'known' | 'bound' | 'unknown';

interface Document {
  readonly asset: Asset;
  readonly etag: string;
}

export interface Bundle {
  readonly documents: Readonly<Record<Reader, Document>>;
  /** By name: a name has the hash of what is in it, so what it names never changes. */
  readonly assets: ReadonlyMap<string, Asset>;
}

/** The sources do not change while a process runs, so all its gateways share what was made of them. */
let bundled: Promise<Bundle> | null = null;

/** The bundle; made at the first call, and again after a failure. */
export function readBundle(): Promise<Bundle> {
  bundled ??= makeBundle().catch((error: unknown) => {
    bundled = null;
    throw error;
  });
  return bundled;
}

async function makeBundle(): Promise<Bundle> {
  const [script, styles] = await bundle();
  const icon = await readFile(new URL('icon.svg', folder));
  const files = {
    script: {
      name: nameOf(script, 'page', 'js'),
      bytes: script,
      mediaType: 'text/javascript; charset=utf-8',
    },
    styles: { name: nameOf(styles, 'page', 'css'), bytes: styles, mediaType: 'text/css; charset=utf-8' },
    icon: { name: nameOf(icon, 'icon', 'svg'), bytes: icon, mediaType: 'image/svg+xml' },
  };
  const names = { script: files.script.name, styles: files.styles.name, icon: files.icon.name };
  const assets = await Promise.all(
    Object.values(files).map(async ({ name, bytes, mediaType }) => {
      const asset: Asset = { mediaType, bodies: await compress(bytes) };
      return [name, asset] as const;
    }),
  );
  return {
    documents: {
      known: await toDocument(documentOf('known', names)),
      bound: await toDocument(documentOf('bound', names)),
      unknown: await toDocument(documentOf('unknown', names)),
    },
    assets: new Map(assets),
  };
}

/** The script and the style sheet. */
async function bundle(): Promise<[Uint8Array, Uint8Array]> {
  // Loaded only when it is needed.
  const { build, stop } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.tsx', folder))],
    tsconfig: fileURLToPath(new URL('tsconfig.json', folder)),
    bundle: true,
    minify: true,
    format: 'esm',
    charset: 'utf8',
    // The oldest with light-dark() of CSS: of spring 2024.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  await stop();
  const find = (ending: string): Uint8Array => {
    const file = outputFiles.find(({ path }) => path.endsWith(ending));
    if (file === undefined) throw new TypeError(`the bundle of the page lacks its ${ending} file`);
    return file.contents;
  };
  return [find('.js'), find('.css')];
}

interface FileNames {
  readonly script: string;
  readonly styles: string;
  readonly icon: string;
}

/**
 * Paths are relative, because a proxy may add a prefix that we do not know. `reader`: one who is not known asks who it is
 * before it asks anything else; a cookie is not sent with the first request of a link from another site.
 */
function documentOf(reader: Reader, { script, styles, icon }: FileNames): string {
  return `<!doctype html>
<html lang="en" data-reader="${reader}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Billing</title>
<link rel="icon" href="assets/${icon}">
<link rel="stylesheet" href="assets/${styles}">
<script type="module" src="assets/${script}"></script>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. All its figures are at graphql, too.</noscript>
</body>
</html>
`;
}

async function toDocument(html: string): Promise<Document> {
  const bodies = await compress(Buffer.from(html));
  return { asset: { mediaType: 'text/html; charset=utf-8', bodies }, etag: `"${hashOf(html)}"` };
}

const [brotliAsync, gzipAsync] = [promisify(brotliCompress), promisify(gzip)];

async function compress(bytes: Uint8Array): Promise<Asset['bodies']> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const [br, zipped] = await Promise.all([
    brotliAsync(bytes, { params }),
    gzipAsync(bytes, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  return { br, gzip: zipped, identity: Buffer.from(bytes) };
}

function nameOf(bytes: Uint8Array, name: string, ending: string): string {
  return `${name}-${hashOf(bytes)}.${ending}`;
}

function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
