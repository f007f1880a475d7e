import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { reservedDescriptors, reservedForConnections } from '../../../src/base/descriptors.ts';
import { buildCli, run } from '../../support/cli.ts';
import { startManyServers } from '../../support/manyServers.ts';
import { startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

/** Below the ephemeral range: detection delays a port of that range. */
const first = 20_000;
const limit = 200;

test('endless ports and clients leave a reserve of file descriptors, and the program keeps running', async (t) => {
  const sshd = await startSshd({ config: ['SetEnv HOME=/nonexistent'] });
  t.after(() => sshd.stop());
  const cli = await buildCli();
  t.after(() => cli.remove());
  // Free ports between them: the search for one takes longer than all the rest.
  const servers = await startManyServers(first, 100, { step: 2 });
  t.after(() => servers.stop());
  const limited = ['/bin/sh', '-c', `ulimit -n ${limit}; exec "$@"`, 'sh', process.execPath, cli.program];
  const watching = run(t, [...limited, '-F', sshd.configFile, 'devbox']);
  let output = '';
  watching.child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const table = (): string => output.slice(output.lastIndexOf('devbox: '));
  // The program opens more files for a moment, for example to measure its reserve.
  const leaves = (count: number): boolean =>
    limit - fs.readdirSync(`/proc/${watching.child.pid}/fd`).length >= count - 8;

  await until('the limit', () => table().includes('are forwarded automatically') && !table().includes('opening'));
  const ports = [...table().matchAll(/localhost:(\d+)/g)].map(([, port]) => Number(port));
  assert.ok(ports.length > 0 && ports.length < 50, `${ports.length} forwards`);
  await until('the reserve', () => leaves(reservedForConnections));

  const [port = 0] = ports;
  const clients = Array.from({ length: 200 }, () => net.connect(port, '127.0.0.1').on('error', () => undefined));
  t.after(() => clients.forEach((client) => client.destroy()));
  await until('refused clients', () => clients.some(({ destroyed }) => destroyed));
  await until('the reserve', () => leaves(reservedDescriptors));
  for (const client of clients) client.destroy();

  await until('a page', async () => {
    const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.end('GET / HTTP/1.0\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    return answer.includes('200 OK');
  });
  assert.doesNotMatch(output + watching.said(), /EMFILE|too many open files/);
  assert.equal(watching.child.exitCode, null, watching.said());
});
