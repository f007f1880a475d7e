import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { packedFile, root } from './package.ts';

/** The packages whose files are in the bundles, as the source maps say it. */
function bundledPackages(): readonly string[] {
  const maps = fs.readdirSync(`${root}dist`).filter((file) => file.endsWith('.map'));
  const sources = maps.flatMap(
    (file) => (JSON.parse(fs.readFileSync(`${root}dist/${file}`, 'utf8')) as { sources: string[] }).sources,
  );
  const names = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

const packages = bundledPackages();

test('the notices in the package have the licence of every bundled package, to the letter', () => {
  assert.ok(packages.includes('ssh2'));
  const notices = packedFile('THIRD-PARTY-NOTICES.txt');
  for (const name of packages) {
    const folder = `${root}node_modules/${name}`;
    const { version } = JSON.parse(fs.readFileSync(`${folder}/package.json`, 'utf8')) as { version: string };
    assert.ok(notices.includes(`\n${name} ${version} (`), `${name} ${version} has no notice`);
    const licences = fs.readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    assert.ok(licences.length > 0, `${name} has no licence file: it must not ship`);
    for (const file of licences) {
      assert.ok(notices.includes(fs.readFileSync(`${folder}/${file}`, 'utf8').trim()), `${name}: ${file} is not there`);
    }
  }
});

test('the list of packages beside it (CycloneDX) names the same ones', () => {
  const { bomFormat, components } = JSON.parse(fs.readFileSync(`${root}out/ssh-ports.cdx.json`, 'utf8')) as {
    bomFormat: string;
    components: readonly { group?: string; name: string; purl: string }[];
  };
  assert.equal(bomFormat, 'CycloneDX');
  const names = components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
  assert.deepEqual(names.sort(), packages);
  for (const { purl } of components) assert.match(purl, /^pkg:npm\/.+@\d/);
});
