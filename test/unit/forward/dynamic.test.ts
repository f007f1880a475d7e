import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { Dial, DialProblem } from '../../../src/core/forward/dial.ts';
import { openDynamicForward } from '../../../src/core/forward/dynamic.ts';
import type { Credentials } from '../../../src/core/forward/socks.ts';
import type { Endpoint } from '../../../src/core/spec/spec.ts';
import { until } from '../../support/until.ts';
import { anyPort, connect, dialTo, ending, portOf, readAll, serve } from './loopback.ts';

async function socksTo(
  t: TestContext,
  dial: Dial,
  credentials?: Credentials,
): Promise<{
  readonly port: number;
  readonly dialled: readonly Endpoint[];
  readonly problems: readonly unknown[];
  readonly open: () => number;
}> {
  const dialled: Endpoint[] = [];
  const problems: unknown[] = [];
  const forward = await openDynamicForward(
    {
      spec: { kind: 'dynamic', bind: anyPort },
      dial: (to, stop) => {
        dialled.push(to);
        return dial(to, stop);
      },
      onProblem: (problem) => problems.push(problem),
      ...(credentials && { credentials }),
    },
    never,
  );
  t.after(() => forward.close());
  return { port: portOf(forward), dialled, problems, open: () => forward.traffic().openConnections };
}

async function webServer(t: TestContext): Promise<number> {
  const server = http.createServer((request, response) => response.end(`hello ${request.url}`));
  t.after(() => server.close());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { readonly port: number }).port;
}

async function curl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--noproxy', '', '--max-time', '20', ...args]);
  return stdout;
}

for (const [scheme, host, expected] of [
  ['socks4', '127.0.0.1', '127.0.0.1'],
  ['socks4a', 'dev.invalid', 'dev.invalid'],
  ['socks5', '127.0.0.1', '127.0.0.1'],
  ['socks5', '[::1]', '::1'],
  ['socks5h', 'dev.invalid', 'dev.invalid'],
] as const) {
  void test(`curl reaches ${host} by ${scheme}, and the remote resolves names`, async (t) => {
    const web = await webServer(t);
    const { port, dialled } = await socksTo(t, dialTo(web));
    assert.equal(await curl('-x', `${scheme}://127.0.0.1:${port}`, `http://${host}:8080/x`), 'hello /x');
    assert.deepEqual(dialled, [{ kind: 'tcp', host: expected, port: 8080 }]);
  });
}

void test('the right password is accepted, and every other login is refused', async (t) => {
  const web = await webServer(t);
  const { port, dialled } = await socksTo(t, dialTo(web), { user: 'me', password: 'secret' });
  assert.equal(await curl('-x', `socks5h://me:secret@127.0.0.1:${port}`, 'http://dev.invalid/'), 'hello /');
  await assert.rejects(curl('-x', `socks5h://me:wrong@127.0.0.1:${port}`, 'http://dev.invalid/'));
  await assert.rejects(curl('-x', `socks5h://127.0.0.1:${port}`, 'http://dev.invalid/'));
  assert.equal(dialled.length, 1);
});

void test('bytes that a client sends together with its request arrive', async (t) => {
  const server = await serve(t, async (socket) => {
    socket.end(await readAll(socket));
  });
  const { port } = await socksTo(t, dialTo(server.port));
  const client = connect(t, port);
  client.end(Buffer.from('\x04\x01\x00\x50\x7f\x00\x00\x01\x00early data', 'latin1'));
  assert.equal((await readAll(client)).subarray(8).toString(), 'early data');
});

for (const [code, reply] of [
  ['connectFailed', 5],
  ['forwardingProhibited', 2],
  ['channelRefused', 1],
  ['linkLost', 3],
] as const) {
  void test(`${code} becomes SOCKS 5 reply ${reply}, and the connection ends`, async (t) => {
    const to = { kind: 'tcp', host: '127.0.0.1', port: 80 } as const;
    const problem: DialProblem = code === 'linkLost' ? { code } : { code, to, detail: 'no' };
    const { port, problems, open } = await socksTo(t, () => Promise.reject(new UserError(problem)));
    const client = connect(t, port);
    client.write(Buffer.from([5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, 0, 80]));
    assert.deepEqual([...(await readAll(client))], [5, 0, 5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
    await until('it is over', () => open() === 0);
    assert.deepEqual(problems, [problem]);
  });
}

void test('the connection of a client that does not speak SOCKS is closed without a reply', async (t) => {
  const { port, dialled, open } = await socksTo(t, dialTo(1));
  const client = connect(t, port);
  client.write('GET / HTTP/1.1\r\n\r\n');
  assert.equal((await readAll(client)).length, 0);
  await until('it is over', () => open() === 0);
  assert.deepEqual(dialled, []);
});

void test('closing the forward does not wait for silent clients', async (t) => {
  const forward = await openDynamicForward(
    { spec: { kind: 'dynamic', bind: anyPort }, dial: dialTo(1), onProblem: () => undefined },
    never,
  );
  const silent = connect(t, portOf(forward));
  const gone = connect(t, portOf(forward));
  gone.end(Buffer.from([5]));
  await until('both are in', () => forward.traffic().totalConnections === 2);
  await until('one has gone', () => forward.traffic().openConnections === 1);
  const end = ending(silent);
  await forward.close();
  assert.notEqual(await end, '');
  assert.equal(forward.traffic().openConnections, 0);
});
