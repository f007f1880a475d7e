import fs from 'node:fs';
import path from 'node:path';
import type { Held } from './case.ts';

const root = path.join(import.meta.dirname, '../..');

/** Whether the test that a row names is there. */
export function isHeld({ heldBy: { file, test } }: Held): boolean {
  const full = path.join(root, file);
  return fs.existsSync(full) && fs.readFileSync(full, 'utf8').includes(test);
}
