/** The settings of the store that replicas share. */

import { z } from 'zod';

import { publicText } from './setting-meta.ts';

const count = z.int().positive();

/** One URL, a list, or several separated by commas, as in an environment variable. */
const redisUrls = z
  .union([z.string(), z.array(z.string()).min(1)], 'expected a redis:// URL, or a list of them')
  .transform((value, context): string[] => {
    const urls = (typeof value === 'string' ? value.split(',') : value).map((text) => text.trim());
    const wrong = urls.findIndex((text) => !isRedisUrl(text));
    const message =
      wrong < 0
        ? 'expected nodes with one scheme and one login'
        : 'expected redis://host:6379 or rediss://user:password@host:6380, with %40 for @ and the like in a password';
    if (wrong >= 0 || new Set(urls.map(loginOf)).size > 1) {
      const path = typeof value === 'string' || wrong < 0 ? [] : [wrong];
      context.addIssue({ code: 'custom', message, path, input: value });
    }
    return urls;
  });

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return (
    /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d{0,4})?$/.test(pathname) && search + hash === ''
  );
}

/** The scheme and login, which all nodes must share. */
function loginOf(text: string): string {
  if (!URL.canParse(text)) return '';
  const { protocol, username, password } = new URL(text);
  return `${protocol}${username}:${password}`;
}

/** Where Redis is, how to reach it, and how long a call may take. */
export const redis = z
  .strictObject({
    url: redisUrls.meta({ secret: 'password' }),
    /** Whether the nodes at `url` are a cluster; by default, several nodes are one. */
    cluster: z.boolean().optional(),
    /** The nodes at `url` are sentinels, which know the primary by this name; they may have a login of their own. */
    sentinel: z
      .strictObject({
        name: publicText.min(1),
        username: publicText.min(1).optional(),
        password: z.string().min(1).meta({ secret: 'texts' }).optional(),
      })
      .optional(),
    prefix: publicText
      .regex(/^[\w.-]{1,64}$/, 'expected letters, digits, dots, hyphens or underscores')
      .default('billing'),
    replicas: count.default(3),
    timeoutMs: count.max(5000).default(100),
  })
  .refine(({ cluster, sentinel }) => cluster !== true || sentinel === undefined, {
    path: ['cluster'],
    message: 'expected a cluster or sentinels, not both',
  })
  .refine(({ cluster, sentinel, url }) => cluster !== false || sentinel !== undefined || url.length === 1, {
    path: ['cluster'],
    message: 'expected true, or nothing, where there are several nodes',
  })
  .transform((value) => ({
    ...value,
    cluster: value.cluster ?? (value.url.length > 1 && value.sentinel === undefined),
  }))
  .refine(
    ({ cluster, sentinel, url }) =>
      (!cluster && sentinel === undefined) || url.every((text) => !/\/\d+$/.test(text)),
    { path: ['url'], message: 'expected no database number: there is none in a cluster or behind sentinels' },
  );
