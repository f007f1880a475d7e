import { oneLine } from '../../../base/oneLine.ts';
import { decodeCharset } from './charset.ts';
import { entities } from './entities.ts';

/** The <title> of a page as one line of at most 100 characters. Drawings have titles of their own. */
export function titleOf(page: string): string | undefined {
  const visible = page.replaceAll(/<!--[^]*?(?:-->|$)|<(svg|script|style|template)\b[^]*?(?:<\/\1\s*>|$)/gi, ' ');
  const text = /<title(?:\s[^>]{0,200})?>([^<]{0,1000})<\/title/i.exec(visible)?.[1];
  const title = text && oneLine(decode(text), 100);
  return title === '' ? undefined : title;
}

/** HTML character references. An unknown one stays as it is. */
function decode(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z][a-zA-Z\d]{1,31}));?/g,
    (all, decimal, hex, name) => {
      if (typeof name === 'string') return all.endsWith(';') ? (entities.get(name) ?? all) : all;
      return character(typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16)) ?? all;
    },
  );
}

/** HTML reads the numbers of control characters as windows-1252. */
function character(code: number): string | undefined {
  if (code >= 0x80 && code <= 0x9f) return decodeCharset(Uint8Array.of(code), 'windows-1252');
  const isCharacter = code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}
