import { hexAddress } from './procNet.ts';

/** The addresses in the lines of /proc/net/fib_trie, without loopback and link-local ones. */
export function parseFibTrie(lines: readonly string[]): readonly string[] {
  const found = new Set<string>();
  let address = '';
  for (const line of lines) {
    const leaf = /\|-- (\d{1,3}(?:\.\d{1,3}){3})\s*$/.exec(line)?.[1];
    if (leaf !== undefined) address = leaf;
    // An address is a leaf of 32 bits. A shorter leaf is a network.
    else if (/^\s*\/32 host LOCAL\s*$/.test(line) && !/^(?:127|169\.254|0)\./.test(address)) found.add(address);
  }
  return [...found];
}

/** The same from lines of /proc/net/if_inet6: address, index, prefix, scope (00 is global), flags, name. */
export function parseIfInet6(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const address = /^([\da-f]{32}) [\da-f]+ [\da-f]+ 00 /.exec(line)?.[1];
    return address === undefined ? [] : hexAddress(address);
  });
}
