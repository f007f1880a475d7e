import net from 'node:net';

/** True for a text that cannot be a host name, also when it is no valid address. */
export function looksLikeAddress(name: string): boolean {
  return /[%:]/.test(name) || /^[\d.]*$/.test(name);
}

/** An address as inet_ntop(3) prints it, also for the short forms of inet_aton(3) such as 127.1. */
export function canonicalAddress(name: string, family: string): string | undefined {
  const [, plain = '', scope = ''] = /^([^%]*)(%.*)?$/s.exec(name) ?? [];
  if (net.isIPv6(plain)) {
    return family === 'inet' ? undefined : new net.SocketAddress({ family: 'ipv6', address: plain }).address + scope;
  }
  return family === 'inet6' ? undefined : fromShortForm(name);
}

/** `a`, `a.b`, `a.b.c` or `a.b.c.d` in decimal, octal or hexadecimal. The last part fills the remaining bytes. */
function fromShortForm(text: string): string | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => /^(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.test(part))) return undefined;
  const numbers = parts.map((part) => (/^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = numbers.pop() ?? 0;
  if (numbers.some((each) => each > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  const value = numbers.reduce((sum, each, index) => sum + each * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
