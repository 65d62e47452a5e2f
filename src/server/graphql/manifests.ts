/** Manifests of trusted documents, as the compilers of clients write them: GraphQL codegen, Relay, Apollo. */

/** One document of a manifest. */
export interface ManifestEntry {
  /** The id that clients use: usually a hash of the text, in the compiler's own algorithm. */
  readonly id: string;
  readonly text: string;
}

/**
 * The documents of a manifest; null when the text is not a manifest. Codegen's client preset (persisted-documents.json)
 * and Relay (persistConfig.file) write an object of ids and texts, Apollo a list of operations
 * (https://www.apollographql.com/docs/graphos/operations/persisted-queries#manifest-format).
 */
export function parseManifest(text: string): ManifestEntry[] | null {
  const manifest = parseJson(text);
  if (!isObject(manifest)) return null;
  if (!('format' in manifest)) return allOrNone(Object.entries(manifest).map(toEntry));
  const { format, version, operations } = manifest;
  const isKnown = format === 'apollo-persisted-query-manifest' && version === 1;
  if (!isKnown || !Array.isArray(operations)) return null;
  return allOrNone(
    operations.map((operation: unknown) =>
      isObject(operation) ? toEntry([operation['id'], operation['body']]) : null,
    ),
  );
}

/** An id for look-up: without the name of the usual algorithm, and hashes in lower case. */
export function toDocumentId(text: string): string {
  const id = text.replace(/^sha256:(?=[0-9a-f]{64}$)/i, '');
  return /^[0-9a-f]{32,128}$/i.test(id) ? id.toLowerCase() : id;
}

function toEntry([id, text]: readonly [unknown, unknown]): ManifestEntry | null {
  return typeof id === 'string' && id !== '' && typeof text === 'string' ? { id, text } : null;
}

function allOrNone(entries: readonly (ManifestEntry | null)[]): ManifestEntry[] | null {
  const found = entries.filter((entry) => entry !== null);
  return found.length === entries.length ? found : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
