import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

/** The folder of package.json. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The package that `npm run package` made: its files as texts by name. */
export const packed: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(unzipSync(fs.readFileSync(`${root}out/ssh-ports.vsix`))).map(([name, bytes]) => [
    name.replace(/^extension\//, ''),
    Buffer.from(bytes).toString('utf8'),
  ]),
);

/** One of its files. */
export function packedFile(name: string): string {
  const text = packed[name];
  if (text === undefined) throw new Error(`${name} is not in the package: there are ${Object.keys(packed).join(', ')}`);
  return text;
}

/** What is made, or not ours. */
const made = new Set(['node_modules', 'out', 'dist', '.git', '.vscode-test']);

/** Is it part of the sources? `name` is a path below the root. */
export function isSource(name: string): boolean {
  return !made.has(name.split(/[\\/]/)[0] ?? '');
}

/** Every file of the sources, as paths below the root. */
export function sources(): string[] {
  const folders = fs.readdirSync(root).filter(isSource);
  return folders.flatMap((name) =>
    fs.statSync(root + name).isFile()
      ? [name]
      : fs
          .readdirSync(root + name, { recursive: true, encoding: 'utf8' })
          .map((file) => `${name}/${file}`)
          .filter((file) => fs.statSync(root + file).isFile()),
  );
}

export interface Manifest {
  readonly version: string;
  readonly icon: string;
  readonly repository: { readonly url: string };
  readonly homepage: string;
  readonly bugs: { readonly url: string };
  readonly keywords: readonly string[];
}

export const manifest = JSON.parse(packedFile('package.json')) as Manifest;
