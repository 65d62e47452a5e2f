/**
 * Cursors. A cursor marks a position in an order by the row there (sort key, account, id), so it still works after the
 * rows were refreshed, even if that row is gone. It contains a fingerprint of the list request and a digest of itself:
 * we refuse a cursor of another request, of a caller who sees other accounts, or one edited by hand. It needs no
 * secret, because it grants nothing and we check every part of it.
 */

import { hash } from 'node:crypto';

import { GatewayError } from '../domain/errors.ts';

/** A position in an order: the parts of a sort key, compared one after the other. */
export type Place = readonly (string | number)[];

/** The cursors of one list request. */
export interface Cursors {
  print(place: Place): string;
  /** @throws GatewayError INVALID_CURSOR when it is not one of these cursors */
  parse(cursor: string): Place;
}

const version = 1;

/** `listRequest` is all that decides which rows there are, and their order: plain JSON. */
export function createCursors(listRequest: unknown): Cursors {
  const fingerprint = digest(JSON.stringify(listRequest));
  return {
    print(place) {
      const payload = Buffer.from(JSON.stringify([version, fingerprint, ...place])).toString('base64url');
      return `${payload}.${digest(payload)}`;
    },
    parse(cursor) {
      const [payload = '', check, ...rest] = cursor.split('.');
      if (check !== digest(payload) || rest.length > 0) throw invalid('was not issued by this endpoint');
      const [madeBy, madeFor, ...place] = readParts(payload);
      if (madeBy !== version) throw invalid('comes from another version');
      if (madeFor !== fingerprint) throw invalid('belongs to another field, period, filter or order');
      return place;
    },
  };
}

function readParts(payload: string): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (Array.isArray(parts) && parts.every((part) => typeof part === 'string' || typeof part === 'number')) {
      return parts;
    }
  } catch {
    // Falls through: the error below covers everything that cannot be read.
  }
  throw invalid('cannot be read');
}

function invalid(why: string): GatewayError {
  return new GatewayError(
    'INVALID_CURSOR',
    `the cursor ${why}: start again without a cursor, and pass on pageInfo.endCursor or startCursor unchanged`,
  );
}

function digest(text: string): string {
  return hash('sha256', `cursor ${text}`, 'base64url').slice(0, 16);
}
