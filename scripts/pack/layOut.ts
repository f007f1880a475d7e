import fs from 'node:fs';
import path from 'node:path';
import { inRoot, noticesFile, packageFolder } from '../root.ts';
import { packagedChangelog } from './changelog.ts';
import { repository } from './repository.ts';

/** What ships as it is: files, and whole folders. */
const shipped = ['LICENSE', 'README.md', 'SECURITY.md', 'package.nls.json', 'api.d.ts', 'dist', 'media'];

/** What is in these folders and does not ship: the pictures of the README come from the repository. */
const stays = /^media\/readme\/|\.map$/;

/** Fields of package.json that concern this folder and not the package. */
const ownFields = ['private', 'scripts', 'devDependencies'];

/** Lays out in a folder what ships, as an installation would. Returns the folder. */
export function layOut(): string {
  fs.rmSync(packageFolder, { recursive: true, force: true });
  const manifest = packagedManifest();
  for (const file of shipped.flatMap(filesOf)) write(file, fs.readFileSync(inRoot(file)));
  write(path.basename(noticesFile), fs.readFileSync(noticesFile));
  write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  write('CHANGELOG.md', packagedChangelog(String(manifest['version'])));
  return packageFolder;
}

/** A file, or the files of a folder that ship, as paths below the root with `/`. */
function filesOf(name: string): string[] {
  if (fs.statSync(inRoot(name)).isFile()) return [name];
  return fs
    .readdirSync(inRoot(name), { recursive: true, encoding: 'utf8' })
    .map((file) => `${name}/${file.replaceAll(path.sep, '/')}`)
    .filter((file) => !stays.test(file) && fs.statSync(inRoot(file)).isFile());
}

/** With the addresses that follow from the repository's. */
function packagedManifest(): Readonly<Record<string, unknown>> {
  const manifest = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8')) as Record<string, unknown>;
  const { url } = repository();
  const kept = Object.entries(manifest).filter(([name]) => !ownFields.includes(name));
  return { ...Object.fromEntries(kept), homepage: `${url}#readme`, bugs: { url: `${url}/issues` } };
}

/** With the same permissions whatever the umask, for they are part of the package. */
function write(file: string, content: string | Uint8Array): void {
  const target = path.join(packageFolder, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, content);
  fs.chmodSync(target, file === 'dist/cli.cjs' ? 0o755 : 0o644);
}
