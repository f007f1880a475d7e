import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { never } from '../../../../src/base/delay.ts';
import { UserError } from '../../../../src/base/userError.ts';
import type { Exec } from '../../../../src/core/detect/exec.ts';
import type { Dial, DialProblem, ListenRemote, ListenRemoteProblem } from '../../../../src/core/forward/dial.ts';
import { overLeftOverSockets } from '../../../../src/core/session/forwards/leftOverSockets.ts';
import type { Connection } from '../../../../src/core/ssh/connection.ts';
import { posixOnly } from '../../../support/posixOnly.ts';

/** This machine as the remote: its sockets, its shell. */
function here(t: TestContext, afterCommand: () => void): Connection {
  const dial: Dial = async (to) => {
    assert.ok(to.kind === 'unix');
    const socket = net.connect(to.path);
    await once(socket, 'connect').catch((error: unknown) => {
      throw new UserError<DialProblem>({ code: 'connectFailed', to, detail: String(error) });
    });
    return socket;
  };
  const exec: Exec = async (command) => {
    const child = spawn('sh', ['-c', command]);
    const exit = once(child, 'close').then(([status]) => {
      afterCommand();
      return { status: status as number };
    });
    return { ...child, exit, close: () => void child.kill() };
  };
  const listenRemote: ListenRemote = async (bind) => {
    assert.ok(bind.kind === 'unix');
    const server = net.createServer().listen(bind.path);
    t.after(() => server.close());
    await once(server, 'listening').catch(() => {
      throw new UserError<ListenRemoteProblem>({ code: 'remoteBindRefused', bind });
    });
    return { port: 0, close: async () => void server.close() };
  };
  return overLeftOverSockets({ dial, exec, listenRemote } as Partial<Connection> as Connection);
}

/** A socket at which a program still answers. `leave` ends it, and the file stays behind as with sshd. */
async function heldSocket(t: TestContext): Promise<{ readonly file: string; readonly leave: () => void }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'left-over-'));
  const file = path.join(folder, 'socket');
  const server = net.createServer().listen(file);
  await once(server, 'listening');
  const leave = (): void => {
    fs.linkSync(file, `${file}.kept`);
    server.close();
    fs.renameSync(`${file}.kept`, file);
  };
  t.after(() => {
    server.close();
    fs.rmSync(folder, { recursive: true });
  });
  return { file, leave };
}

void test(
  'a left-over socket that a starting command of sshd still holds for a moment is replaced',
  { skip: posixOnly },
  async (t) => {
    const { file, leave } = await heldSocket(t);
    let commands = 0;
    const remote = here(t, () => ++commands === 1 && leave());
    await remote.listenRemote({ kind: 'unix', path: file }, () => undefined, never);
    assert.ok(fs.statSync(file).isSocket());
  },
);

void test('a socket at which a program goes on answering is left alone', { skip: posixOnly }, async (t) => {
  const { file } = await heldSocket(t);
  const remote = here(t, () => undefined);
  const bind = { kind: 'unix', path: file } as const;
  await assert.rejects(
    remote.listenRemote(bind, () => undefined, never),
    /remoteBindRefused/,
  );
  const socket = net.connect(file);
  await once(socket, 'connect');
  socket.destroy();
});
