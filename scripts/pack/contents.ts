import fs from 'node:fs';
import { unzipSync } from 'fflate';

/** The files of a package with their sizes, largest first, as lines for people. */
export function contents(vsix: string): string {
  const rows: { readonly name: string; readonly packed: number; readonly full: number }[] = [];
  unzipSync(fs.readFileSync(vsix), {
    filter: ({ name, size, originalSize }) => {
      rows.push({ name, packed: size, full: originalSize });
      return false;
    },
  });
  const column = (bytes: number): string => (bytes / 1000).toFixed(1).padStart(8);
  return rows
    .sort((a, b) => b.packed - a.packed)
    .map(({ name, packed, full }) => `${column(packed)} KB ${column(full)} KB  ${name}`)
    .join('\n');
}
