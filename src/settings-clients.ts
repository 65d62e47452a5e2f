/** The settings of who may ask, and what. */

import { z } from 'zod';

import { permissions } from './graphql/permissions.ts';

const count = z.int().positive();

const token = z
  .string()
  .regex(
    /^(sha256:[0-9a-fA-F]{64}|(?!sha256:).{16,})$/,
    'expected a token of at least 16 characters, or sha256: and 64 hex digits',
  );

/** What whoever gets in may do. */
const grants = {
  /** Beyond reading: the providers' own rows; the schema and the page where those are `permitted` alone. */
  permissions: z.array(z.enum(permissions)).default([]),
  requestsPerMinute: count.default(600),
  /** Absent: as many as its requests need. */
  upstreamCallsPerMinute: count.optional(),
  /** Whether it may run the documents of `documents.folder` alone. */
  trustedOnly: z.boolean().default(false),
};

/** Who may ask, by tokens of its own. */
export const client = z.strictObject({
  id: z.string().min(1),
  /** As they are, or as sha256:<hex>. */
  tokens: z.array(token).min(1),
  accounts: z.array(z.string()).min(1),
  ...grants,
});

/** Only public keys are published: no algorithm that is checked by a secret. */
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

/** Who may ask by signed tokens of an issuer. */
export const jwt = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  jwksUrl: z.string().refine(isKeysUrl, 'expected an https URL'),
  accountsClaim: z.string().min(1),
  permissionsClaim: z.string().min(1).optional(),
  algorithms: z.array(z.enum(algorithms)).min(1).default(['RS256', 'ES256']),
  ...grants,
});

/** For everybody, nobody, or who has the permission. */
export const permitted = z.union([z.boolean(), z.literal('permitted')], 'expected true, false or permitted');
