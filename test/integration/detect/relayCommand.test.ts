import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { relayCommand } from '../../../src/core/detect/containers/relayCommand.ts';
import { start } from '../../support/child.ts';

const container = { name: 'web', id: '0123456789ab', runtime: 'docker', containerName: 'web', addresses: [] } as const;

/** A server that sends back everything after its client's FIN. */
async function startEcho(): Promise<net.Server> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const got: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => got.push(chunk)).on('end', () => socket.end(Buffer.concat(got)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The only program of each image. */
const images = ['busybox nc', 'node', 'python3'];

function fileOf(program: string): string {
  if (program === 'node') return process.execPath;
  if (program === 'busybox') return '/bin/busybox';
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
}

for (const program of images) {
  void test(`a container with ${program} relays both directions until each has ended`, async () => {
    const server = await startEcho();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'image-'));
    try {
      const [name = '', applet = name] = program.split(' ');
      fs.symlinkSync(fs.realpathSync(fileOf(name)), path.join(folder, applet));
      const { port } = server.address() as net.AddressInfo;
      const command = relayCommand({ port, addresses: ['127.0.0.1'], container, unreachable: 'ownLoopback' });
      const inside = command?.replace('exec docker exec -i 0123456789ab sh', 'exec /bin/sh') ?? '';
      const relay = start('/bin/sh', ['-c', inside], { stdio: 'pipe', env: { PATH: folder } });
      const got: Buffer[] = [];
      relay.stdout?.on('data', (chunk: Buffer) => got.push(chunk));
      const sent = Buffer.alloc(300_000, 'abc\0\xff\n', 'latin1');
      relay.stdin?.end(sent);
      await once(relay, 'close');
      assert.ok(Buffer.concat(got).equals(Buffer.concat([Buffer.from('R'), sent])));
    } finally {
      server.close();
      fs.rmSync(folder, { recursive: true });
    }
  });
}

void test('a container without such a program ends the relay with an error', () => {
  const command = relayCommand({ port: 1, addresses: ['127.0.0.1'], container, unreachable: 'ownLoopback' });
  const inside = command?.replace('exec docker exec -i 0123456789ab sh', 'exec /bin/sh') ?? '';
  assert.equal(spawnSync('/bin/sh', ['-c', inside], { env: { PATH: '/nonexistent' } }).status, 127);
});

void test('only a container that docker or podman named to this login has a relay', () => {
  const port = { port: 1, addresses: ['127.0.0.1'], unreachable: 'ownLoopback' } as const;
  const { containerName: _name, ...unnamed } = container;
  assert.equal(relayCommand({ ...port, container: unnamed }), undefined);
  assert.equal(relayCommand({ ...port, container: { ...container, id: '0123456789ab;x' } }), undefined);
  assert.equal(relayCommand({ port: 1, addresses: ['127.0.0.1'], container }), undefined);
});
