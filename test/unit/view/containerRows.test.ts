import assert from 'node:assert/strict';
import test from 'node:test';
import type { Container } from '../../../src/core/detect/containers/container.ts';
import type { PortPlace } from '../../../src/core/detect/place.ts';
import type { HostState } from '../../../src/core/session/state.ts';
import { forwardPath } from '../../../src/view/path/path.ts';
import { portTable } from '../../../src/view/portTable.ts';
import type { Row } from '../../../src/view/row.ts';
import { treeRows } from '../../../src/view/rows.ts';
import { appState, flask, forwardState, onlineHost, openAt, seenPort } from '../../support/state.ts';

const web: Container = {
  name: 'shop/web',
  runtime: 'docker',
  id: '9f86d081884c',
  containerName: 'shop-web-1',
  image: 'node:20',
  service: 'web',
  project: 'shop',
  addresses: ['172.18.0.2'],
};
const inWeb = { container: web, addresses: ['0.0.0.0'], program: flask };
const place: PortPlace = 'shop/web:5173';
const forward = forwardState(5173, {
  remotePort: place,
  spec: {
    kind: 'local',
    bind: { kind: 'tcp', host: undefined, port: 5173 },
    to: { kind: 'tcp', host: 'shop/web', port: 5173 },
  },
  status: openAt(5173),
});

function rowsOf(host: HostState): readonly Row[] {
  return treeRows(appState(host))[0]?.children ?? [];
}

void test('ports of a container stand under its name, folded until one is forwarded', () => {
  const remotePorts = [seenPort(22), seenPort(5173, inWeb), seenPort(9229, { container: web })];
  const [own, group] = rowsOf(onlineHost({ remotePorts }));
  assert.equal(own?.label, '22');
  assert.equal(group?.label, 'web · shop');
  assert.equal(group.description, 'node:20');
  assert.equal(group.fold, 'collapsed');
  assert.deepEqual(
    group.children.map(({ label, target }) => [label, target]),
    [
      ['5173', { kind: 'remotePort', host: 'devbox', port: 'shop/web:5173' }],
      ['9229', { kind: 'remotePort', host: 'devbox', port: 'shop/web:9229' }],
    ],
  );
  const [, open] = rowsOf(onlineHost({ remotePorts, forwards: [forward] }));
  assert.equal(open?.fold, 'expanded');
  assert.notEqual(open.id, group.id);
  assert.equal(open.children[0]?.label, '5173 → 5173');
});

void test('the same port of the host and of a container are two rows, and each forward belongs to one of them', () => {
  const remotePorts = [seenPort(5173), seenPort(5173, inWeb)];
  const [own, group] = rowsOf(onlineHost({ remotePorts, forwards: [forward] }));
  assert.equal(own?.target?.kind, 'remotePort');
  assert.equal(group?.children[0]?.target?.kind, 'forward');
});

void test('a port that the host does not reach says why, and a published port names its container', () => {
  const remotePorts = [
    seenPort(8080, { published: { container: 'shop/web', port: 80 } }),
    seenPort(5173, { container: web, addresses: ['127.0.0.1'], unreachable: 'ownLoopback' }),
  ];
  const [published, group] = rowsOf(onlineHost({ remotePorts }));
  assert.equal(published?.description, 'web · shop');
  assert.match(group?.children[0]?.description ?? '', /^on its own 127\.0\.0\.1 only$/);
  assert.match(group?.children[0]?.tooltip ?? '', /Let it listen on 0\.0\.0\.0/);
});

void test('the path of a forward has the container as a hop, and says when it has gone', () => {
  const host = onlineHost({ remotePorts: [seenPort(5173, inWeb)], forwards: [forward] });
  const hops = forwardPath(appState(host), 'devbox', forward.id)?.hops ?? [];
  assert.deepEqual(
    hops.slice(-2).map(({ kind, place: where }) => [kind, where]),
    [
      ['container', 'web · shop'],
      ['target', 'web · shop'],
    ],
  );
  const gone = forwardPath(appState({ ...host, remotePorts: [] }), 'devbox', forward.id)?.hops.at(-2);
  assert.equal(gone?.fault?.code, 'containerGone');
  const remotePorts = [seenPort(8080, { published: { container: 'shop/web', port: 5173 } })];
  assert.equal(forwardPath(appState({ ...host, remotePorts }), 'devbox', forward.id)?.hops.at(-2)?.state, 'ok');
});

void test('the table for a terminal names container and port', () => {
  assert.match(portTable(onlineHost({ remotePorts: [seenPort(5173, inWeb)] })), /^shop\/web:5173 +Flask/m);
});
