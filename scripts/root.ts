import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A path below it. */
export const inRoot = (...parts: readonly string[]): string => path.join(root, ...parts);

export const vsixFile = inRoot('out', 'ssh-ports.vsix');
