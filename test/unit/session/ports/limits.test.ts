import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxAutoForwards, roomFor } from '../../../../src/core/session/ports/autoForwardLimit.ts';
import { listedPorts } from '../../../../src/core/session/ports/listedPorts.ts';
import { limitTexts } from '../../../../src/view/limitTexts.ts';
import { portTable } from '../../../../src/view/portTable.ts';
import { treeRows } from '../../../../src/view/rows.ts';
import { emptyState } from '../../../../src/core/session/state.ts';
import { forwardState, hostState, online, remotePort } from '../../../support/state.ts';

const numbers = (count: number, first = 1): number[] => Array.from({ length: count }, (_, index) => first + index);
const open = (count: number) => numbers(count).map((port) => forwardState(port));
const dormant = (port: number) => forwardState(port, { status: { kind: 'dormant' } });

void test('the oldest dormant auto-forwards give way to a new one; forwards by hand do not count', () => {
  const byHand = numbers(100, 900).map((port) => forwardState(port, { origin: 'user' }));
  assert.deepEqual(roomFor([...byHand, ...open(maxAutoForwards - 1)]), { kind: 'room', forget: [] });
  assert.deepEqual(roomFor(open(maxAutoForwards)), { kind: 'full' });
  const mixed = [...open(maxAutoForwards - 2), dormant(700), dormant(600)];
  assert.deepEqual(roomFor(mixed), { kind: 'room', forget: ['700'] });
  const isShortOfDescriptors = true;
  assert.deepEqual(roomFor([], isShortOfDescriptors), { kind: 'full' });
});

void test('of too many ports, forwarded ones are kept first, then the user’s, then the lowest', () => {
  const ports = [
    ...numbers(600).map((port) => remotePort(port, { owner: 'root' })),
    remotePort(8000),
    remotePort(9000),
  ];
  const { listed, more } = listedPorts(ports, [forwardState(600)]);
  assert.deepEqual(
    listed.map(({ port }) => port),
    [...numbers(497), 600, 8000, 9000],
  );
  assert.equal(more, 102);
});

void test('tree and table give the number of ports that are not listed', () => {
  const host = hostState({ link: online, forwards: open(2), morePorts: 40, isAutoForwardFull: true });
  const texts = limitTexts(host);
  assert.deepEqual(texts, [
    '2 ports are forwarded automatically. Forward further ports by hand.',
    '40 more ports are open and not listed.',
  ]);
  const [row] = treeRows({ ...emptyState, hosts: [host] });
  const labels = row?.children.map(({ label }) => label) ?? [];
  assert.deepEqual(labels.slice(-2), texts);
  assert.deepEqual(portTable(host).split('\n').slice(-2), texts);
});
