import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

const read = (name: string): string => fs.readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
const direct = { ...manifest.dependencies, ...manifest.devDependencies };

test('every package is locked to its bytes', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { integrity?: string }> };
  const locked = Object.entries(packages).filter(([folder]) => folder !== '');
  assert.ok(locked.length > 100);
  for (const [folder, { integrity = '' }] of locked) assert.match(integrity, /^sha512-/, folder);
});

test('what we depend on is named by an exact version', () => {
  for (const [name, version] of Object.entries(direct)) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

test('CONTRIBUTING.md says of every package why it is there, and of no other', () => {
  const [, table = ''] = /^## Tools[^\n]*\n(.*?)^\*\*/msu.exec(read('CONTRIBUTING.md')) ?? [];
  const [, ...rows] = [...table.matchAll(/^\| ([^|-][^|]*) \|/gm)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim()),
  );
  const named = Object.keys(direct).filter((name) => !name.startsWith('@types/'));
  assert.deepEqual(rows.sort(), named.sort());
});
