import assert from 'node:assert/strict';
import test from 'node:test';
import { neighbour, parentOf } from '../../../src/view/neighbour.ts';
import type { Row } from '../../../src/view/row.ts';

function row(id: string, children: readonly Row[] = []): Row {
  const look = { label: id, description: '', tooltip: '', icon: { id: 'plug' }, context: '', fold: 'none' } as const;
  return { ...look, id, children };
}

function tree(...ids: readonly string[]): readonly Row[] {
  return [
    row(
      'host',
      ids.map((id) => row(id)),
    ),
    row('other host'),
  ];
}

void test('the next sibling gets the focus, and after the last one the previous sibling', () => {
  assert.equal(neighbour(tree('a', 'b', 'c'), 'b', tree('a', 'c'))?.id, 'c');
  assert.equal(neighbour(tree('a', 'b', 'c'), 'c', tree('a', 'b'))?.id, 'b');
});

void test('a sibling that went at the same time is passed over', () => {
  assert.equal(neighbour(tree('a', 'b', 'c', 'd'), 'b', tree('a', 'd'))?.id, 'd');
  assert.equal(neighbour(tree('a', 'b', 'c'), 'b', tree('a'))?.id, 'a');
});

void test('the parent gets the focus of its last child', () => {
  assert.equal(neighbour(tree('a'), 'a', tree())?.id, 'host');
  assert.equal(neighbour(tree('a'), 'a', []), undefined);
});

void test('a row knows its parent, and a top row has none', () => {
  assert.equal(parentOf(tree('a'), 'a')?.id, 'host');
  assert.equal(parentOf(tree('a'), 'host'), undefined);
});
