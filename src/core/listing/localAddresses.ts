import { hexAddress } from './procNet.ts';

/** The addresses of a network that other machines could reach, from the lines of its fib_trie: no loopback, no link-local. */
export function parseFibTrie(lines: readonly string[]): readonly string[] {
  const found = new Set<string>();
  let address = '';
  for (const line of lines) {
    const leaf = /\|-- (\d{1,3}(?:\.\d{1,3}){3})\s*$/.exec(line)?.[1];
    if (leaf !== undefined) address = leaf;
    // The address itself is a leaf of 32 bits; a network that is local as a whole is none.
    else if (/^\s*\/32 host LOCAL\s*$/.test(line) && !/^(?:127|169\.254|0)\./.test(address)) found.add(address);
  }
  return [...found];
}

/** The same from /proc/net/if_inet6: address, index, prefix, scope (00 is global), flags, name. */
export function parseIfInet6(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const address = /^([\da-f]{32}) [\da-f]+ [\da-f]+ 00 /.exec(line)?.[1];
    return address === undefined ? [] : hexAddress(address);
  });
}
