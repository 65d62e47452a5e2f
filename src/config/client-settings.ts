/** The settings of clients: who may ask, and for what. */

import { z } from 'zod';

import { permissions } from '../domain/permissions.ts';
import { allocationChoices } from './allocation-settings.ts';
import { publicText } from './setting-meta.ts';

const count = z.int().positive();

const token = z
  .string()
  .regex(
    /^(sha256:[0-9a-fA-F]{64}|(?!sha256:).{16,})$/,
    'expected a token of at least 16 characters, or sha256: and 64 hex digits',
  )
  .meta({ secret: 'texts' });

/** What a client may do, whichever way it authenticates. */
const grants = {
  /** Permissions beyond reading: the providers' own rows, and schema and page if those are `permitted`. */
  permissions: z.array(z.enum(permissions)).default([]),
  requestsPerMinute: count.default(600),
  /** Absent: as many as its requests need. */
  upstreamCallsPerMinute: count.optional(),
  /** Whether it may only run the documents of `documents.folder`. */
  trustedOnly: z.boolean().default(false),
};

/** A client with tokens of its own. */
export const client = z
  .strictObject({
    id: publicText.min(1),
    /** As plain text, or as sha256:<hex>. */
    tokens: z.array(token).min(1),
    accounts: z.array(publicText).min(1),
    /** Absent: all cost of its accounts. Present: the cost of these values alone, and no row. */
    allocations: allocationChoices.optional(),
    ...grants,
  })
  .superRefine(({ allocations, permissions: given }, context) => {
    if (allocations === undefined) return;
    for (const [index, permission] of given.entries()) {
      if (permission !== 'raw' && permission !== 'operations') continue;
      const message =
        'expected none that shows more than its own cost, since the client is bound to allocations';
      context.addIssue({ code: 'custom', path: ['permissions', index], message, input: permission });
    }
  });

/** The issuer publishes public keys, so algorithms with a shared secret are excluded. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

function isKeysUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
  );
}

/** Clients with signed tokens of an issuer. */
export const jwt = z.strictObject({
  issuer: publicText.min(1),
  audience: publicText.min(1),
  jwksUrl: z.string().refine(isKeysUrl, 'expected an https URL').meta({ secret: 'login' }),
  accountsClaim: publicText.min(1),
  permissionsClaim: publicText.min(1).optional(),
  /** The claim that binds a token to values of allocations: then each token needs it. */
  allocationsClaim: publicText.min(1).optional(),
  algorithms: z.array(z.enum(algorithms)).min(1).default(['RS256', 'ES256']),
  ...grants,
});

/** For everybody, for nobody, or for clients with the permission. */
export const permitted = z.union([z.boolean(), z.literal('permitted')], 'expected true, false or permitted');
