import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importsBelow } from '../../support/importGraph.ts';
import { type Room, rooms } from '../../support/walls.ts';

const imports = importsBelow(fileURLToPath(new URL('../../../', import.meta.url)), 'src');

void test('every file of src belongs to a room of the table', () => {
  const homeless = imports.filter(({ from }) => roomOf(from) === undefined);
  assert.deepEqual(homeless, []);
});

void test('no file imports what its room may not import, types included', () => {
  const forbidden = imports.filter(({ from, to, isType }) => {
    const room = roomOf(from);
    const target = roomOf(to);
    if (!room || !target || room === target || room.mayImport.includes(target.name)) return false;
    if (isType && room.mayImportTypes?.includes(target.name)) return false;
    return !room.mayImportFiles?.some((file) => to === `src/${file}`);
  });
  assert.deepEqual(forbidden, []);
});

void test('a package is imported in its own folder alone', () => {
  const packages = [...new Set(rooms.flatMap((room) => Object.keys(room.packages ?? {})))];
  const misplaced = imports.filter(({ from, to }) => {
    const name = packages.find((each) => to === each || to.startsWith(`${each}/`));
    if (name === undefined) return false;
    const room = roomOf(from);
    const folder = room?.packages?.[name];
    return (
      room === undefined ||
      folder === undefined ||
      !from.startsWith(['src', room.name, folder].filter(Boolean).join('/'))
    );
  });
  assert.deepEqual(misplaced, []);
});

for (const room of rooms.filter(({ isPure }) => isPure)) {
  void test(`${room.name} runs without Node: nothing that it imports needs a module of Node's`, () => {
    const reached = new Set(imports.filter(({ from }) => roomOf(from) === room).map(({ from }) => from));
    const impure: string[] = [];
    for (const file of reached) {
      for (const { to, isType } of imports.filter(({ from }) => from === file)) {
        if (isType) continue;
        if (to.startsWith('node:')) impure.push(`${file} imports ${to}`);
        else if (to.startsWith('src/')) reached.add(to);
      }
    }
    assert.deepEqual(impure, []);
  });
}

function roomOf(file: string): Room | undefined {
  return rooms.find(({ name }) => file === `src/${name}` || file.startsWith(`src/${name}/`));
}
