/** Finds the secrets in the settings, to redact them in log lines, errors and what commands print. */

import { settingsIn, valuesAt, type PlacedValue, type SecretPart } from '../config/setting-meta.ts';
import { settings, type Config } from '../config/settings.ts';
import { providers } from '../providers/registry.ts';
import { loginOf } from '../upstream/proxy.ts';

/** All parts of the settings, and of the proxies in the environment, that must never be written anywhere. */
export function secretsOf(config: Config): string[] {
  const { https, http } = config.proxies;
  const ofSettings = settingsIn(settings).flatMap(({ path, secret }) =>
    secret == null ? [] : valuesAt(config, path).flatMap(secretIn[secret]),
  );
  return [...ofSettings, ...[https, http].flatMap((url) => loginsOf(url ?? ''))].filter(
    (text) => text !== '',
  );
}

/** The secret parts of a value, by what its setting declares. */
const secretIn: Readonly<Record<SecretPart, (placed: PlacedValue) => string[]>> = {
  texts: ({ value }) => textsIn(value),
  password: ({ value }) => textsIn(value).flatMap((url) => passwordOf(new URL(url))),
  login: ({ value }) => textsIn(value).flatMap(loginsOf),
  credential: credentialOf,
};

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The fields of a credential that its provider does not call public. */
function credentialOf({ value, parent }: PlacedValue): string[] {
  const account = parent as Config['accounts'][number];
  const isPublic = providers.find(({ id }) => id === account.provider)?.publicCredentialFields ?? [];
  return Object.entries(value as object).flatMap(([name, field]) =>
    isPublic.includes(name) ? [] : textsIn(field),
  );
}

/** The password as it is, and as the URL encodes it. */
function passwordOf({ password }: URL): string[] {
  return [decodeURIComponent(password), password];
}

/** The password of a login, and the login as it is sent; without a password the name is a token. */
function loginsOf(text: string): string[] {
  if (text === '') return [];
  const url = new URL(text);
  const { username, password } = url;
  const sent = loginOf(url)?.replace('Basic ', '') ?? '';
  return password === '' ? [decodeURIComponent(username), username, sent] : [...passwordOf(url), sent];
}
