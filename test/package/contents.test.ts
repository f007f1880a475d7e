import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { manifest, packed, packedFile, root, sources } from './package.ts';

test('the package holds what runs, what is read, and nothing else', () => {
  const allowed = [
    /^\[Content_Types\]\.xml$|^extension\.vsixmanifest$|^package(\.nls(\.\w+)?)?\.json$/,
    /^(readme|changelog|SECURITY)\.md$|^LICENSE\.txt$|^THIRD-PARTY-NOTICES\.txt$/,
    /^api\.d\.ts$|^dist\/\w+\.(c?js)$|^media\/[\w/-]+\.(css|svg|png|md)$/,
  ];
  const names = Object.keys(packed);
  assert.deepEqual(
    names.filter((name) => !allowed.some((pattern) => pattern.test(name))),
    [],
  );
  for (const name of ['dist/extension.cjs', 'dist/engine.cjs', 'dist/cli.cjs', 'LICENSE.txt', manifest.icon])
    packedFile(name);
});

test('the package has at most 900 KB, and no path of the machine that built it', () => {
  assert.ok(fs.statSync(`${root}out/ssh-ports.vsix`).size <= 900_000);
  for (const [name, text] of Object.entries(packed)) assert.ok(!text.includes(root), name);
});

test('every picture and link of the README works without the repository’s folder', () => {
  const readme = packedFile('readme.md');
  const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
  assert.ok(targets.length > 0);
  for (const target of targets) assert.match(target, /^(https:\/\/[^:]+$|#)/, target.slice(0, 60));
  const inRepository = targets.map((target) => /\/(?:raw|blob)\/HEAD\/([^#]+)/.exec(target)?.[1]);
  for (const file of inRepository) if (file !== undefined) assert.ok(fs.existsSync(root + file), file);
  // Editors and stores show pictures of https addresses only, and no SVG.
  const pictures = [...readme.matchAll(/!\[([^\]]*)\]/g)].map(([, title = '']) => title);
  assert.ok(pictures.length >= 2);
  for (const title of pictures) assert.ok(title.length > 10, 'a picture has a text for those who do not see it');
  const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading));
  for (const target of targets.filter((each) => each.startsWith('#')))
    assert.ok(headings.includes(target.slice(1)), target);
});

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

test('the top of the changelog is the version that ships', () => {
  assert.equal(/^## (.+)$/m.exec(packedFile('changelog.md'))?.[1], manifest.version);
});

test('the addresses of the store page follow from the repository’s, which package.json alone says', () => {
  const address = manifest.repository.url.replace(/\.git$/, '');
  assert.match(address, /^https:\/\/github\.com\/[\w-]+\/ssh-ports$/);
  assert.equal(manifest.bugs.url, `${address}/issues`);
  assert.equal(manifest.homepage, `${address}#readme`);
  const [, owner = ''] = /github\.com\/([\w-]+)/.exec(address) ?? [];
  const naming = sources().filter((file) => fs.readFileSync(root + file, 'utf8').includes(`${owner}/ssh-ports`));
  assert.deepEqual(naming, ['package.json']);
});

test('the store finds it by what people search for', () => {
  assert.ok(manifest.keywords.length <= 30, 'the store takes 30');
  for (const word of ['port forwarding', 'ssh tunnel', 'localhost', 'socks'])
    assert.ok(manifest.keywords.includes(word), word);
});
