import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A path below it. */
export const inRoot = (...parts: readonly string[]): string => path.join(root, ...parts);

export const vsixFile = inRoot('out', 'ssh-ports.vsix');

/** What ships, laid out in a folder as an installation would. */
export const packageFolder = inRoot('out', 'extension');

/** The packages that the bundles carry, for machines (CycloneDX) and with their licences for people. */
export const sbomFile = inRoot('out', 'ssh-ports.cdx.json');
export const noticesFile = inRoot('out', 'THIRD-PARTY-NOTICES.txt');
