/**
 * Which addresses do not lead to the public internet: a message whose URL comes from settings must not reach what only
 * this machine and its neighbours can.
 */

/** A network: its first address as a number, how many bits it has, and how many of them name the network. */
interface Network {
  readonly first: bigint;
  readonly size: 32 | 128;
  readonly prefix: number;
}

/**
 * Special-purpose networks that are not reachable from everywhere.
 * https://www.iana.org/assignments/iana-ipv4-special-registry and
 * https://www.iana.org/assignments/iana-ipv6-special-registry; multicast and the deprecated site-local fec0::/10 besides.
 */
const internalNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
].flatMap((text) => toNetwork(text) ?? []);

/** IPv6 networks in which the last 32 bits are an IPv4 address. */
const embedding = ['::ffff:0:0/96', '64:ff9b::/96'].flatMap((text) => toNetwork(text) ?? []);

/**
 * Whether an address is internal; null when the text is no address. `own`: networks of this machine, as "10.1.2.3/16".
 */
export function isInternalAddress(address: string, own: readonly string[] = []): boolean | null {
  const parsed = toAddress(address.replace(/^\[|\]$/g, '').replace(/%.*$/, ''));
  if (parsed === null) return null;
  const { value, size } = parsed;
  const inner =
    size === 128 && embedding.some((network) => isWithin(parsed, network))
      ? { value: value & 0xff_ff_ff_ffn, size: 32 as const }
      : parsed;
  return [...internalNetworks, ...own.flatMap((text) => toNetwork(text) ?? [])].some((network) =>
    isWithin(inner, network),
  );
}

interface Address {
  readonly value: bigint;
  readonly size: 32 | 128;
}

function isWithin({ value, size }: Address, network: Network): boolean {
  const shift = BigInt(size - network.prefix);
  return size === network.size && value >> shift === network.first >> shift;
}

function toNetwork(text: string): Network | null {
  const [address = '', bits = ''] = text.split('/');
  const parsed = toAddress(address);
  const prefix = Number(bits);
  if (parsed === null || !/^\d{1,3}$/.test(bits) || prefix > parsed.size) return null;
  return { first: parsed.value, size: parsed.size, prefix };
}

function toAddress(text: string): Address | null {
  return text.includes(':') ? toAddress6(text) : toAddress4(text);
}

function toAddress4(text: string): Address | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null;
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return null;
  return { value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n), size: 32 };
}

function toAddress6(text: string): Address | null {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const last = dotted === null ? null : toAddress4(dotted[2] ?? '');
  if (dotted !== null && last === null) return null;
  const hex =
    last === null
      ? text
      : `${dotted?.[1]}${(last.value >> 16n).toString(16)}:${(last.value & 0xff_ffn).toString(16)}`;
  const halves = hex.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (groups.some((group) => !/^[\da-f]{1,4}$/i.test(group))) return null;
  const value = groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
  return { value, size: 128 };
}
