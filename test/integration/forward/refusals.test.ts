import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { RelayProblem } from '../../../src/core/forward/connections.ts';
import type { Bind, Endpoint } from '../../../src/core/spec/spec.ts';
import type { Connection } from '../../../src/core/ssh/connection.ts';
import { freePort } from '../../support/freePort.ts';
import { problemOf } from '../../support/ssh.ts';
import { until } from '../../support/until.ts';
import { connect, ending, portOf, readAll, serve } from '../../unit/forward/loopback.ts';
import { local, loopback, remote } from './forwards.ts';
import { startLink, transports } from './link.ts';

for (const transport of transports) {
  void describe(`refusals over the ${transport} transport`, { timeout: 120_000 }, () => {
    test('a closed port, an unknown name and a missing socket are reset and reported', async (t) => {
      const { connection, sshd } = await startLink(t, transport);
      const nowhere: readonly Endpoint[] = [
        loopback(await freePort()),
        { kind: 'tcp', host: 'no-such-host.invalid', port: 80 },
        { kind: 'unix', path: path.join(sshd.folder, 'nothing') },
      ];
      for (const to of nowhere) {
        const problems: RelayProblem[] = [];
        const forward = await local(t, connection, to, problems);
        for (let i = 1; i <= 2; i++) {
          assert.equal(await ending(connect(t, portOf(forward))), 'ECONNRESET');
          await until('the problem', () => problems.length === i);
        }
        assert.ok(problems.every((problem) => problem.code === 'connectFailed' && problem.detail !== ''));
      }
    });

    test('a forbidden port is reported as prohibited, and its client is reset', async (t) => {
      const { connection } = await startLink(t, transport, { config: ['PermitOpen 127.0.0.1:1'] });
      const problems: RelayProblem[] = [];
      const forward = await local(t, connection, loopback(2), problems);
      assert.equal(await ending(connect(t, portOf(forward))), 'ECONNRESET');
      await until('the problem', () => problems[0]?.code === 'forwardingProhibited');
    });

    test('the next connection reaches a port that opens later', async (t) => {
      const { connection } = await startLink(t, transport);
      const port = await freePort();
      const forward = await local(t, connection, loopback(port));
      assert.equal(await ending(connect(t, portOf(forward))), 'ECONNRESET');
      const server = net.createServer((socket) => socket.end('hello')).listen(port, '127.0.0.1');
      t.after(() => server.close());
      await once(server, 'listening');
      assert.equal((await readAll(connect(t, portOf(forward)))).toString(), 'hello');
    });

    test('an aborted dial leaves no channel', async (t) => {
      const { connection, channels } = await startLink(t, transport);
      const server = await serve(t, (socket) => socket.on('end', () => socket.end()).resume());
      const idle = channels();
      for (let i = 0; i < 10; i++) {
        const gone = new AbortController();
        const dialled = connection.dial(loopback(server.port), gone.signal);
        setImmediate(() => gone.abort(new Error('gone')));
        await dialled.then((stream) => stream.destroy()).catch((error: Error) => assert.equal(error.message, 'gone'));
      }
      await until('no channel is left here', () => channels().here <= idle.here);
      await until('no channel is left there', () => channels().there <= idle.there);
    });

    test('a remote port that is in use, forwarded already, or forbidden is refused with a problem', async (t) => {
      const { connection } = await startLink(t, transport);
      const taken = await serve(t, (socket) => socket.end());
      const free = await remote(t, connection, loopback(1));
      for (const port of [taken.port, portOf(free)]) {
        const bind: Bind = { kind: 'tcp', host: '127.0.0.1', port };
        assert.deepEqual(await problemOf(remote(t, connection, loopback(1), bind)), {
          code: 'remoteBindRefused',
          bind,
        });
      }
      // The first listener stays open.
      const problems = await ending(connect(t, portOf(free)));
      assert.notEqual(problems, 'ECONNREFUSED');
    });

    test('a remote forward listens in the requested family, on the port that the server chooses', async (t) => {
      const { connection } = await startLink(t, transport, { config: ['GatewayPorts clientspecified'] });
      const server = await serve(t, (socket) => socket.end('hello'));
      for (const [host, reached, others] of [
        ['127.0.0.1', ['127.0.0.1'], ['::1']],
        ['::1', ['::1'], ['127.0.0.1']],
        ['localhost', ['127.0.0.1', '::1'], ['127.0.0.2']],
        [undefined, ['127.0.0.1', '::1'], ['127.0.0.2']],
        ['*', ['127.0.0.1', '127.0.0.2', '::1'], []],
        ['', ['127.0.0.1', '127.0.0.2', '::1'], []],
        ['0.0.0.0', ['127.0.0.1', '127.0.0.2'], []],
      ] as const) {
        const forward = await remote(t, connection, loopback(server.port), { kind: 'tcp', host, port: 0 });
        const port = portOf(forward);
        for (const address of reached) assert.equal((await readAll(connect(t, port, address))).toString(), 'hello');
        for (const address of others) assert.equal(await ending(connect(t, port, address)), 'ECONNREFUSED');
        await forward.close();
        for (const address of reached) assert.equal(await ending(connect(t, port, address)), 'ECONNREFUSED');
      }
    });
  });
}

/** Expected results under the server's rules: `ok`, or the code of the problem. */
interface Permission {
  readonly config?: readonly string[];
  readonly keyOptions?: string;
  readonly local: string;
  readonly otherLocal?: string;
  readonly remote: string;
  readonly otherRemote?: string;
}

const no = 'forwardingProhibited';
const refused = 'remoteBindRefused';
const permissions: readonly Permission[] = [
  { config: ['AllowTcpForwarding no'], local: no, remote: refused },
  { config: ['AllowTcpForwarding local'], local: 'ok', remote: refused },
  { config: ['AllowTcpForwarding remote'], local: no, remote: 'ok' },
  { config: ['DisableForwarding yes'], local: no, remote: refused },
  { config: ['PermitOpen 127.0.0.1:OPEN'], local: 'ok', otherLocal: no, remote: 'ok' },
  { config: ['PermitListen 127.0.0.1:LISTEN'], local: 'ok', remote: 'ok', otherRemote: refused },
  { config: ['AllowTcpForwarding local', 'PermitOpen none'], local: no, remote: refused },
  { keyOptions: 'restrict', local: no, remote: refused },
  { keyOptions: 'no-port-forwarding', local: no, remote: refused },
  { keyOptions: 'restrict,port-forwarding', local: 'ok', remote: 'ok' },
  { keyOptions: 'permitopen="127.0.0.1:OPEN"', local: 'ok', otherLocal: no, remote: 'ok' },
  { keyOptions: 'permitlisten="LISTEN"', local: 'ok', remote: 'ok', otherRemote: refused },
  {
    config: ['AllowTcpForwarding local', 'PermitOpen 127.0.0.1:OPEN'],
    keyOptions: 'restrict,port-forwarding,permitlisten="LISTEN"',
    local: 'ok',
    otherLocal: no,
    remote: refused,
  },
];

for (const { config = [], keyOptions = '', ...expected } of permissions) {
  const rules = [...config, keyOptions].filter((rule) => rule !== '').join(', ');
  test(`${rules}: a forbidden port is distinguished from a closed one`, { timeout: 60_000 }, async (t) => {
    const web = await serve(t, (socket) => socket.end('hello'));
    const other = await serve(t, (socket) => socket.end('hello'));
    const listen = await freePort();
    const fill = (text: string): string => text.replace('OPEN', String(web.port)).replace('LISTEN', String(listen));
    const { connectAgain, sshd } = await startLink(t, 'builtin', { config: config.map(fill) });
    const keys = path.join(sshd.folder, 'authorized_keys');
    fs.writeFileSync(keys, `${fill(keyOptions)} ${fs.readFileSync(keys, 'utf8')}`);
    for (const transport of transports) {
      const connection = await connectAgain(transport);
      const reach = (port: number): Promise<string> => codeOf(readDialled(connection, port));
      const bind = (port: number): Promise<string> =>
        codeOf(
          remote(t, connection, loopback(1), { kind: 'tcp', host: '127.0.0.1', port }).then((each) => each.close()),
        );
      assert.equal(await reach(web.port), expected.local, transport);
      assert.equal(await reach(other.port), expected.otherLocal ?? expected.local, transport);
      assert.equal(await bind(listen), expected.remote, transport);
      assert.equal(await bind(await freePort()), expected.otherRemote ?? expected.remote, transport);
    }
  });
}

async function readDialled({ dial }: Connection, port: number): Promise<void> {
  const stream = await dial(loopback(port), never);
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  assert.equal(text, 'hello');
}

/** `ok`, or the code of the problem. */
async function codeOf(attempt: Promise<void>): Promise<string> {
  try {
    await attempt;
    return 'ok';
  } catch (error) {
    if (error instanceof UserError) return error.problem.code;
    throw error;
  }
}
