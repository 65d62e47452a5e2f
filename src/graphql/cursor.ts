/**
 * Cursors. A cursor names a place in an order by the row it stands at (sort key, account, id), so it survives a refresh
 * of the rows, even when that row is gone. It carries a fingerprint of the question and a digest of itself: one from
 * another question, another caller's view, or edited by hand is refused. It needs no secret: it grants nothing, and
 * every part of it is checked.
 */

import { hash } from 'node:crypto';

import { GatewayError } from '../domain/errors.ts';

/** A place in an order: the parts of a sort key, compared one after the other. */
export type Place = readonly (string | number)[];

/** Cursors of one question. */
export interface Cursors {
  print(place: Place): string;
  /** @throws GatewayError INVALID_CURSOR when it is not one of these */
  parse(cursor: string): Place;
}

const version = 1;

/** `question` is everything that decides which rows there are and in which order: plain JSON. */
export function createCursors(question: unknown): Cursors {
  const fingerprint = digest(JSON.stringify(question));
  return {
    print(place) {
      const payload = Buffer.from(JSON.stringify([version, fingerprint, ...place])).toString('base64url');
      return `${payload}.${digest(payload)}`;
    },
    parse(cursor) {
      const [payload = '', check, ...rest] = cursor.split('.');
      if (check !== digest(payload) || rest.length > 0)
        throw invalid('is not one that this endpoint gave out');
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
    // Told below, with all other nonsense.
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
