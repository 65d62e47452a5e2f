/** Which page a browser's request comes from: ours, an allowed one, or a foreign one. */

import type { IncomingHttpHeaders } from 'node:http';

import { isAllowedOrigin, type CorsSettings } from '../http/cors.ts';

/**
 * Whether a browser's request comes from an origin that is neither ours nor allowed. A proxy may replace the Host, so
 * we also accept what the browser or the proxy says about the origin: a page cannot send either to another origin.
 */
export function isForeign(headers: IncomingHttpHeaders, cors: CorsSettings): boolean {
  const { origin } = headers;
  if (origin === undefined)
    return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
  if (isAllowedOrigin(origin, cors)) return false;
  if (headers['sec-fetch-site'] === 'same-origin') return false;
  return !isOurHost(origin, headers);
}

/**
 * Whether something shows that our own page sent the request, or the user by the address bar: only then its cookie
 * counts. Browsers say it themselves over https and on localhost; elsewhere the Origin or the Referer shows it.
 */
export function isFromOurPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    return site === 'same-origin' || (site === 'none' && headers['sec-fetch-mode'] === 'navigate');
  }
  const from = headers.origin ?? headers.referer;
  return from !== undefined && isOurHost(from, headers);
}

function isOurHost(url: string, headers: IncomingHttpHeaders): boolean {
  const host = URL.canParse(url) ? new URL(url).host : '';
  const forwarded = String(headers['x-forwarded-host'] ?? '').split(/\s*,\s*/);
  return host !== '' && (host === headers.host || forwarded.includes(host));
}
