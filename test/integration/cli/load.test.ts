import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { run as runProgram } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { until } from '../../support/until.ts';
import { connect, ending, readAll, serve } from '../../unit/forward/loopback.ts';
import { server } from './remote.ts';
import { useCli } from './useCli.ts';

const { built, run } = useCli();

test('1 GB for a stalled reader costs the program less than 64 MB', async (t) => {
  const sshd = await server(t);
  const chunk = Buffer.alloc(1024 * 1024);
  const { port: source } = await serve(t, (socket) => {
    socket.once('data', (wish) => {
      let left = Number(wish.toString());
      const more = (): void => {
        while (left > 0 && !socket.destroyed) {
          left--;
          if (!socket.write(chunk)) return;
        }
        socket.end();
      };
      socket.on('drain', more);
      more();
    });
  });
  const port = await freePort();
  const cli = run(t, '-F', sshd.configFile, '-N', '-L', `${port}:127.0.0.1:${source}`, 'devbox');
  await cli.says(/^forwarding /m);
  const download = async (): Promise<number> => {
    const client = connect(t, port);
    client.write('64');
    let bytes = 0;
    for await (const part of client) bytes += (part as Buffer).length;
    return bytes;
  };
  const memory = (): number => {
    const status = fs.readFileSync(`/proc/${cli.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  };
  await download();
  const usual = memory();
  const stopped = connect(t, port).pause();
  stopped.write('1024');
  assert.equal(await download(), 64 * chunk.length);
  assert.ok(memory() - usual < 64, `${usual} MB became ${memory()} MB`);
});

for (const [transport, config] of [
  ['built-in', []],
  ['OpenSSH', ['KexAlgorithms sntrup761x25519-sha512@openssh.com']],
] as const) {
  test(`a lack of file descriptors does not end the connection, with the ${transport} transport`, async (t) => {
    const sshd = await server(t, { config });
    const { port: echo } = await serve(t, (socket) => socket.pipe(socket));
    const port = await freePort();
    const forward = ['-F', sshd.configFile, '-N', '-L', `${port}:127.0.0.1:${echo}`, 'devbox'];
    const few = 'ulimit -n 64; exec "$0" "$@"';
    const cli = runProgram(t, ['bash', '-c', few, process.execPath, built().program, ...forward]);
    await cli.says(/^forwarding /m);
    const clients = Array.from({ length: 100 }, () => connect(t, port));
    for (const client of clients) client.write('x');
    await Promise.all(clients.map((client) => Promise.race([once(client, 'data'), ending(client)])));
    for (const client of clients) client.destroy();
    const again = async (): Promise<boolean> => {
      const client = connect(t, port);
      client.end('again');
      return (await readAll(client).catch(String)).toString() === 'again';
    };
    await until('it forwards again', again);
    assert.doesNotMatch(cli.said(), /is lost/u);
  });
}
