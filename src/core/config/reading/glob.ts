import fs from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../../base/userError.ts';
import { matchItems, type PatternItem } from '../../../base/pattern.ts';

/**
 * The files that match a pattern of glob(7), sorted by bytes: `*`, `?`, `[a-z]`, `[!a]` and backslash escapes, no braces.
 * A name that starts with a dot needs a pattern that starts with a dot. An unreadable folder counts as empty.
 */
export async function glob(pattern: string): Promise<readonly string[]> {
  const slashes = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
  const root = path.parse(slashes).root;
  let found: readonly string[] = [root];
  for (const part of slashes.slice(root.length).split('/')) {
    if (part === '') continue;
    const next = await Promise.all(found.map((folder) => entries(folder, part)));
    found = next.flat();
  }
  return [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The folder where a new file could match the pattern. */
export function globFolder(pattern: string): string {
  const special = pattern.search(/[*?[]/);
  return path.dirname(special < 0 ? pattern : `${pattern.slice(0, special)}x`);
}

async function entries(folder: string, part: string): Promise<readonly string[]> {
  if (!/[*?[]/.test(part)) {
    const file = path.join(folder, part.replaceAll(/\\(.)/g, '$1'));
    return (await exists(file)) ? [file] : [];
  }
  const items = compile(part);
  let names: readonly string[];
  try {
    names = await fs.readdir(folder);
  } catch {
    return []; // Not a folder, deleted, or unreadable: nothing matches.
  }
  return names
    .filter((name) => (!name.startsWith('.') || part.startsWith('.')) && matchItems(name, items))
    .map((name) => path.join(folder, name));
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.lstat(file);
    return true;
  } catch (error) {
    return errorCode(error) === 'EACCES';
  }
}

function compile(part: string): readonly PatternItem[] {
  const items: PatternItem[] = [];
  for (const [token] of part.matchAll(/\[[!^]?\]?[^\]]*\]|\\.|./gs)) {
    if (token === '*') items.push('star');
    else if (token === '?') items.push(() => true);
    else if (token.startsWith('[') && token.length > 1) items.push(bracket(token.slice(1, -1)));
    else items.push(literal(token.startsWith('\\') ? token.slice(1) : token));
  }
  return items;
}

function literal(wanted: string): PatternItem {
  return (character) => character === wanted;
}

/** @param inside the characters and ranges between the brackets */
function bracket(inside: string): PatternItem {
  const isNegated = /^[!^]/.test(inside);
  const ranges = [...inside.slice(isNegated ? 1 : 0).matchAll(/(.)-(.)|(.)/gs)].map(([, low, high, one]) => ({
    low: low ?? one ?? '',
    high: high ?? one ?? '',
  }));
  return (character) => ranges.some(({ low, high }) => low <= character && character <= high) !== isNegated;
}
