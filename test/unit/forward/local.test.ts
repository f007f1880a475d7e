import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { DialProblem } from '../../../src/core/forward/dial.ts';
import type { RunningForward } from '../../../src/core/forward/runningForward.ts';
import { isPipe } from '../../../src/core/forward/listenProblem.ts';
import type { SocketFile } from '../../../src/core/forward/listenUnix.ts';
import { openLocalForward } from '../../../src/core/forward/local.ts';
import type { Bind } from '../../../src/core/spec/spec.ts';
import { freePort } from '../../support/freePort.ts';
import { posixOnly } from '../../support/posixOnly.ts';
import { until } from '../../support/until.ts';
import { dialTo, ending, forwardTo, portOf, readAll, serve } from './loopback.ts';

const to = { kind: 'tcp', host: 'there', port: 1 } as const;

/** A forward whose server answers every connection with 'hello'. */
async function hello(t: TestContext, bind: Bind, file: SocketFile = {}): Promise<RunningForward> {
  const { port } = await serve(t, (socket) => socket.end('hello'));
  const forward = await openLocalForward(
    { spec: { kind: 'local', bind, to }, dial: dialTo(port), onProblem: () => undefined, ...file },
    never,
  );
  t.after(() => forward.close());
  return forward;
}

async function heard(options: net.NetConnectOpts): Promise<string> {
  return (await readAll(net.connect(options))).toString();
}

async function held(t: TestContext, options: net.ListenOptions): Promise<number> {
  const server = net.createServer().listen(options);
  t.after(() => server.close());
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

function tempFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forward-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const problemOf = async (opening: Promise<unknown>): Promise<Record<string, unknown>> => {
  try {
    await opening;
  } catch (error) {
    if (error instanceof UserError) return error.problem;
    throw error;
  }
  throw new assert.AssertionError({ message: 'it was opened' });
};

/** macOS gives its loopback interface 127.0.0.1 alone of 127.0.0.0/8. */
const hasWholeLoopback = process.platform !== 'darwin';

for (const host of [undefined, 'localhost']) {
  void test(`bind address ${host} binds both loopback addresses on one port, and no other address`, async (t) => {
    const forward = await hello(t, { kind: 'tcp', host, port: 0 });
    const port = portOf(forward);
    assert.deepEqual(forward.bound, [
      { kind: 'tcp', address: '127.0.0.1', port },
      { kind: 'tcp', address: '::1', port },
    ]);
    assert.equal(await heard({ host: '127.0.0.1', port }), 'hello');
    assert.equal(await heard({ host: '::1', port }), 'hello');
    if (hasWholeLoopback) await assert.rejects(heard({ host: '127.0.0.2', port }), { code: 'ECONNREFUSED' });
  });
}

void test('bind address * binds every interface in both families', async (t) => {
  const forward = await hello(t, { kind: 'tcp', host: '*', port: 0 });
  const port = portOf(forward);
  assert.deepEqual(forward.bound, [{ kind: 'tcp', address: '::', port }]);
  for (const host of ['127.0.0.1', ...(hasWholeLoopback ? ['127.0.0.2'] : []), '::1'])
    assert.equal(await heard({ host, port }), 'hello');
});

void test('an explicit bind address is the only one', async (t) => {
  const [address, other] = hasWholeLoopback ? ['127.0.0.2', '127.0.0.1'] : ['127.0.0.1', '::1'];
  const forward = await hello(t, { kind: 'tcp', host: address, port: 0 });
  const port = portOf(forward);
  assert.deepEqual(forward.bound, [{ kind: 'tcp', address, port }]);
  await assert.rejects(heard({ host: other, port }), { code: 'ECONNREFUSED' });
});

for (const host of ['127.0.0.1', '::1']) {
  void test(`a port in use on ${host} is bound in neither family, and the error names its owner`, async (t) => {
    const port = await held(t, { host, port: 0 });
    const bind = { kind: 'tcp', host: undefined, port } as const;
    const problem = await problemOf(hello(t, bind));
    const owner = { pid: process.pid, name: fs.readFileSync('/proc/self/comm', 'utf8').trim() };
    assert.deepEqual(problem, { code: 'portInUse', bind, owner, isOurs: true });
    const other = host === '::1' ? '127.0.0.1' : '::1';
    await assert.rejects(heard({ host: other, port }), { code: 'ECONNREFUSED' });
  });
}

void test('a second forward on the same port fails, and the first goes on', async (t) => {
  const forward = await hello(t, { kind: 'tcp', host: undefined, port: 0 });
  const port = portOf(forward);
  assert.equal((await problemOf(hello(t, { kind: 'tcp', host: undefined, port })))['code'], 'portInUse');
  assert.equal(await heard({ host: '::1', port }), 'hello');
});

void test('an address that this machine does not have is unavailable', async (t) => {
  const bind = { kind: 'tcp', host: '192.0.2.1', port: 0 } as const;
  assert.deepEqual(await problemOf(hello(t, bind)), { code: 'addressUnavailable', bind });
});

void test('the port is free after close, even with a connected client', async (t) => {
  const { port: serverPort } = await serve(t, (socket) => socket.write('hello'));
  const port = await freePort();
  const bind = { kind: 'tcp', host: undefined, port } as const;
  for (let i = 0; i < 5; i++) {
    const forward = await openLocalForward(
      { spec: { kind: 'local', bind, to }, dial: dialTo(serverPort), onProblem: () => undefined },
      never,
    );
    const client = net.connect({ host: '127.0.0.1', port });
    client.on('error', () => undefined);
    await once(client, 'data');
    await forward.close();
    await forward.close();
  }
});

void test('an aborted signal opens no forward', async () => {
  const opening = openLocalForward(
    {
      spec: { kind: 'local', bind: { kind: 'tcp', host: undefined, port: 0 }, to },
      dial: dialTo(1),
      onProblem: () => undefined,
    },
    AbortSignal.abort(new Error('stop')),
  );
  await assert.rejects(opening, { message: 'stop' });
});

void test('a Unix socket accepts its owner only, and close removes it', { skip: posixOnly }, async (t) => {
  const file = path.join(tempFolder(t), 'forward.sock');
  const forward = await hello(t, { kind: 'unix', path: file });
  assert.deepEqual(forward.bound, [{ kind: 'unix', path: file }]);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.equal(await heard({ path: file }), 'hello');
  await forward.close();
  assert.equal(fs.existsSync(file), false);
});

for (const [umask, mode] of [
  [0o022, 0o600],
  [0, 0o600],
  [0, 0o660],
] as const) {
  void test(
    `with the umask ${umask.toString(8)} a Unix socket has the mode ${mode.toString(8)}, keeps its path, and leaves nothing`,
    { skip: posixOnly },
    async (t) => {
      const folder = tempFolder(t);
      const file = path.join(folder, 'forward.sock');
      const before = process.umask(umask);
      t.after(() => process.umask(before));
      const bind = { kind: 'unix', path: file } as const;
      const forward = await hello(t, bind, { bindMask: 0o777 & ~mode });
      assert.equal(fs.statSync(file).mode & 0o777, mode);
      assert.equal(await heard({ path: file }), 'hello');
      assert.equal((await problemOf(hello(t, bind)))['code'], 'portInUse');
      assert.equal(await heard({ path: file }), 'hello');
      await forward.close();
      assert.deepEqual(fs.readdirSync(folder), []);
    },
  );
}

void test(
  'an existing file blocks a Unix socket unless StreamLocalBindUnlink is set',
  { skip: posixOnly },
  async (t) => {
    const file = path.join(tempFolder(t), 'forward.sock');
    fs.writeFileSync(file, '');
    const bind = { kind: 'unix', path: file } as const;
    assert.deepEqual(await problemOf(hello(t, bind)), { code: 'portInUse', bind });
    await hello(t, bind, { unlinkExisting: true });
    assert.equal(await heard({ path: file }), 'hello');
  },
);

void test('a socket file that a killed program left behind is replaced', { skip: posixOnly }, async (t) => {
  const folder = tempFolder(t);
  const file = path.join(folder, 'forward.sock');
  const killed = net.createServer().listen(path.join(folder, 'first name'));
  await once(killed, 'listening');
  fs.renameSync(path.join(folder, 'first name'), file); // Node removes the file at `close` only under its first name.
  killed.close();
  await hello(t, { kind: 'unix', path: file });
  assert.equal(await heard({ path: file }), 'hello');
});

void test('the error names the owner of a Unix socket in use', { skip: posixOnly }, async (t) => {
  const file = path.join(tempFolder(t), 'taken.sock');
  await held(t, { path: file });
  const problem = await problemOf(hello(t, { kind: 'unix', path: file }));
  assert.equal((problem['owner'] as { readonly pid: number }).pid, process.pid);
});

void test('a forward listens at a socket file, on Windows at a named pipe, and close frees the path', async (t) => {
  const isWindows = process.platform === 'win32';
  const file = isWindows ? `//./pipe/ssh-ports-test-${process.pid}` : path.join(tempFolder(t), 'forward.sock');
  const bind = { kind: 'unix', path: file } as const;
  for (let i = 0; i < 2; i++) {
    const forward = await hello(t, bind);
    assert.deepEqual(forward.bound, [bind]);
    assert.equal(await heard({ path: file }), 'hello');
    await forward.close();
  }
  await assert.rejects(heard({ path: file }), { code: 'ENOENT' });
});

void test('named pipes of Windows are told from other paths', () => {
  for (const pipe of ['//./pipe/docker_engine', String.raw`\\.\pipe\x`, '//?/PIPE/x']) assert.ok(isPipe(pipe));
  for (const file of [String.raw`C:\Users\me/x.sock`, '/tmp/pipe/x', '//./pipe/', './x']) assert.ok(!isPipe(file));
});

void test('a socket in a missing folder, and on Windows a socket that is no pipe, is a failure that says so', async (t) => {
  const bind = { kind: 'unix', path: path.join(tempFolder(t), 'none', 'forward.sock') } as const;
  const problem =
    process.platform === 'win32'
      ? { code: 'pipeNeeded', bind }
      : { code: 'listenFailed', bind, detail: 'no such folder' };
  assert.deepEqual(await problemOf(hello(t, bind)), problem);
});

void test('a refused connection is reset and reported, and the forward goes on', async (t) => {
  const problem: DialProblem = { code: 'forwardingProhibited', to, detail: 'no' };
  const { port } = await serve(t, (socket) => socket.end('hello'));
  let isOpen = false;
  const { connect, problems } = await forwardTo(t, (endpoint, stop) =>
    isOpen ? dialTo(port)(endpoint, stop) : Promise.reject(new UserError(problem)),
  );
  const client = connect();
  client.write('GET /');
  assert.equal(await ending(client), 'ECONNRESET');
  assert.deepEqual(problems, [problem]);
  isOpen = true;
  assert.equal((await readAll(connect())).toString(), 'hello');
});

void test('an error that is no UserError is reported as unexpected, and the forward goes on', async (t) => {
  const { connect, problems } = await forwardTo(t, () => Promise.reject(new Error('a bug')));
  assert.equal(await ending(connect()), 'ECONNRESET');
  await until('the problem', () => problems.length === 1);
  assert.deepEqual(problems, [{ code: 'unexpected', detail: 'a bug' }]);
});
