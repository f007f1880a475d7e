import { readPort } from '../../spec/services.ts';
import { BadValue } from '../badValue.ts';

const maxInt = 2_147_483_647;

/** A decimal number as strtonum(3) reads it, with white space and a sign before it. */
export function integer(text: string, { min = 0, max = maxInt } = {}): string {
  const value = /^\s*[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new BadValue(`bad number ${text}`);
  return String(value);
}

/** A number or a service's name. */
export function port(text: string): string {
  const value = readPort(text);
  if (value === undefined) throw new BadValue(`bad port ${text}`);
  return String(value);
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of a time such as `90`, `1m30s` or `2d` (sshd_config(5) TIME FORMATS). */
export function seconds(text: string): string {
  if (!/^(?:\s*[+-]?\d+(?:[smhdw]|$))+$/i.test(text)) throw new BadValue(`bad time ${text}`);
  let total = 0;
  for (const [, count = '', unit = 's'] of text.matchAll(/([+-]?\d+)([smhdw])?/gi)) {
    const value = Number(count) * (unitSeconds[unit.toLowerCase()] ?? 1);
    total += value;
    if (value < 0 || total > maxInt) throw new BadValue(`bad time ${text}`);
  }
  return String(total);
}

/** Bytes of a size such as `512K` or `1.5G`. */
export function bytes(text: string): string {
  const [, sign = '', whole = '', fraction = '', unit = 'b'] =
    /^\s*([+-]?)(\d*)(?:\.(\d*))?([bkmgtpe])?$/i.exec(text) ?? [];
  if (!whole && !fraction) throw new BadValue(`bad size ${text}`);
  const scale = 1024 ** 'bkmgtpe'.indexOf(unit.toLowerCase());
  const value = Math.trunc(Number(`${whole || 0}.${fraction || 0}`) * scale);
  if (sign === '-' || value > Number.MAX_SAFE_INTEGER) throw new BadValue(`bad size ${text}`);
  return String(value);
}

/** An octal file mode. As strtol(3), it ignores the text behind the digits. */
export function fileMode(text: string): string {
  const digits = /^\s*\+?([0-7]+)/.exec(text)?.[1];
  const value = Number.parseInt(digits ?? '', 8);
  if (!(value <= 0o777)) throw new BadValue(`bad mode ${text}`);
  return `0${value.toString(8)}`;
}

const dscp: readonly (readonly [string, number])[] = [
  ['none', maxInt],
  ...['af11', 'af12', 'af13', 'af21', 'af22', 'af23', 'af31', 'af32', 'af33', 'af41', 'af42', 'af43'].map(
    (name) => [name, Number(name[2]) * 32 + Number(name[3]) * 8] as const,
  ),
  ...Array.from({ length: 8 }, (_, index) => [`cs${index}`, index * 32] as const),
  ['ef', 0xb8],
  ['le', 0x04],
  ['lowdelay', 0x10],
  ['throughput', 0x08],
  ['reliability', 0x04],
];

/** A DSCP class or a number (ssh_config(5) IPQoS). */
export function qualityOfService(text: string): string {
  const named = dscp.find(([name]) => name === text.toLowerCase())?.[1];
  const value = named ?? (/^\s*\+?(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.test(text) ? parseC(text) : Number.NaN);
  if (!(named !== undefined || value <= 255)) throw new BadValue(`bad service class ${text}`);
  return dscp.find(([, each]) => each === value)?.[0] ?? `0x${value.toString(16).padStart(2, '0')}`;
}

/** Reads a number as strtol(3) with base 0 does. */
function parseC(text: string): number {
  const digits = text.trim().replace(/^\+/, '');
  if (/^0x/i.test(digits)) return Number.parseInt(digits, 16);
  return Number.parseInt(digits, digits.startsWith('0') ? 8 : 10);
}

/** `local:remote`, or `local` alone. Each is a number or `any`. */
export function tunnelDevices(text: string): string {
  const [local = '', remote = 'any', ...more] = text.split(':');
  if (more.length > 0) throw new BadValue(`bad tunnel device ${text}`);
  const device = (each: string): string => (each.toLowerCase() === 'any' ? 'any' : integer(each, { max: maxInt - 2 }));
  return `${device(local)}:${device(remote)}`;
}

/** One character, `^X` or `none`, in the form of vis(3). */
export function escapeCharacter(text: string): string {
  if (text === 'none') return text;
  const bytesOfText = Buffer.from(text);
  const [first = 0, second = 0] = bytesOfText;
  if (bytesOfText.length === 1) return visible(first);
  if (bytesOfText.length === 2 && text.startsWith('^') && second >= 64 && second < 128) return visible(second & 31);
  throw new BadValue(`bad escape character ${text}`);
}

function visible(code: number): string {
  const character = String.fromCharCode(code);
  if (character === '\\') return String.raw`\\`;
  if (code === 32) return String.raw`\040`;
  if (code > 32 && code < 127) return character;
  if (code === 127) return String.raw`\^?`;
  if (code < 32) return `\\^${String.fromCharCode(code + 64)}`;
  return `\\M${visible(code & 127).replace(/^\\?(?!\^)/, '-')}`;
}
