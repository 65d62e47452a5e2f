/** Reads the parameters of a GraphQL request from the URL of a GET or the JSON body of a POST. Yoga checks them. */

import { HttpError } from '../http/reply.ts';
import { findParameterIssue } from '../http/search-params.ts';
import { idNames } from './params-plugin.ts';

const names = ['query', 'operationName', 'variables', 'extensions', ...idNames];
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads parameters; `body` is that of a POST. @throws HttpError */
export function readParams(method: string, url: string, body: Buffer | null): object {
  if (method === 'GET') return readUrl(url);
  if (body === null) throw bad('Send a GraphQL request as GET or POST.', 405, { allow: 'GET, POST' });
  const params = parse(() => utf8.decode(body), 'The body is not JSON in UTF-8.');
  if (Array.isArray(params)) throw bad('Send one request: batches are not supported.');
  if (typeof params !== 'object' || params === null) throw bad('The request is not an object with a query.');
  return params;
}

function readUrl(url: string): object {
  const { searchParams } = new URL(url, 'http://gateway');
  const issue = findParameterIssue(searchParams, names);
  if (issue !== null) throw bad(`${issue.slice(0, 1).toUpperCase()}${issue.slice(1)}.`);
  const given: Record<string, unknown> = Object.fromEntries(searchParams);
  for (const name of ['variables', 'extensions']) {
    const text = searchParams.get(name) ?? '';
    given[name] = text === '' ? null : parse(() => text, `The parameter ${name} is not JSON.`);
  }
  return given;
}

function parse(text: () => string, message: string): unknown {
  try {
    return JSON.parse(text());
  } catch {
    throw bad(message);
  }
}

function bad(message: string, status = 400, headers: Readonly<Record<string, string>> = {}): HttpError {
  return new HttpError(status, 'BAD_USER_INPUT', message, { headers });
}
