import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const [, paths = ''] = /^## Three paths[^\n]*\n(.*?)^## /msu.exec(
  fs.readFileSync(new URL('CONTRIBUTING.md', root), 'utf8'),
) ?? [''];
const rows = [...paths.matchAll(/^\| (?!path|-)(.*?) \| (.*?) \|$/gmu)];

/** `a/{b,c}` means `a/b` and `a/c`. */
function filesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/gu)].flatMap(([, name = '']) => {
    const [, folder = '', names = name] = /^(.*)\{(.*)\}$/u.exec(name) ?? [];
    return names.split(',').map((each) => `${folder}${each}.ts`);
  });
}

void test('the paths of CONTRIBUTING.md lead through files that exist', () => {
  const files = rows.flatMap(([, , cell = '']) => filesIn(cell));
  assert.ok(files.length > 40);
  const isHere = (file: string): boolean =>
    ['src/', 'src/core/'].some((room) => fs.existsSync(new URL(room + file, root)));
  assert.deepEqual(
    files.filter((file) => !isHere(file)),
    [],
  );
});

void test('a path of CONTRIBUTING.md that lists its files has as many as it says', () => {
  for (const [, title = '', cell = ''] of rows.filter(([, , each]) => !each?.startsWith('begin'))) {
    assert.equal(filesIn(cell).length, Number(/(\d+) (?:files|more)/u.exec(title)?.[1]), title);
  }
});
