import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';
import type { Exec } from '../../../src/core/detect/exec.ts';
import type { Detection, RemotePort } from '../../../src/core/detect/remotePort.ts';
import { type PortWatch, watchPorts } from '../../../src/core/detect/watch.ts';
import { kill, start, stop } from '../../support/child.ts';
import { freePort } from '../../support/freePort.ts';
import { sshdConfig } from '../../support/hostConfig.ts';
import { connectTo } from '../../support/ssh.ts';
import { descendants, type Sshd, startSshd } from '../../support/sshd.ts';
import { sshExec } from '../../support/sshExec.ts';
import { until } from '../../support/until.ts';

/** Without start-up files: these tests kill sessions, and a user's files may wait, lock or print. */
const bareHome = 'SetEnv HOME=/nonexistent';

let sshd: Sshd;
before(async () => {
  sshd = await startSshd({ config: [bareHome] });
});
after(() => sshd.stop());

interface Watched {
  readonly watch: PortWatch;
  readonly find: (port: number) => RemotePort | undefined;
  readonly detection: () => Detection | undefined;
}

function watched(
  exec: Exec,
  more: { readonly rememberedMethod?: string; readonly answerLimitMs?: number } = {},
): Watched {
  let ports: readonly RemotePort[] = [];
  let detection: Detection | undefined;
  const watch = watchPorts({
    exec,
    ...more,
    onPorts: (now, how) => {
      ports = now;
      detection = how;
    },
  });
  return {
    watch,
    find: (port) => ports.find((each) => each.port === port),
    detection: () => detection,
  };
}

async function listen(host: string): Promise<{ readonly port: number; readonly server: net.Server }> {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  return { port: (server.address() as net.AddressInfo).port, server };
}

/** Starts and ends a server under the watch, and checks that the watch reports both. */
async function seesServers({ watch, find, detection }: Watched): Promise<void> {
  try {
    await until('the watch', () => {
      const now = detection();
      assert.notEqual(now?.kind, 'unavailable', JSON.stringify(now));
      return now?.kind === 'watching';
    });
    const { port, server } = await listen('127.0.0.1');
    const found = await until('the remote port', () => find(port));
    assert.deepEqual(found.addresses, ['127.0.0.1']);
    assert.equal(found.owner, 'self');
    assert.equal(found.process?.pid, process.pid);
    assert.ok(found.process?.name);
    assert.equal(found.process?.workingDirectory, process.cwd());
    assert.ok(found.process?.commandLine?.some((argument) => argument.includes('watch.test.ts')));
    server.close();
    await until('its end', () => !find(port));
  } finally {
    await watch.close();
  }
}

for (const method of ['ss', 'proc', 'netstat', 'lsof']) {
  const missing =
    ['netstat', 'lsof'].includes(method) && !fs.existsSync(`/usr/bin/${method}`) && !fs.existsSync(`/bin/${method}`);
  void test(
    `a server that starts and stops is seen with ${method}`,
    { skip: missing && !process.env['CI'], timeout: 60_000 },
    async () => {
      const seen = watched(sshExec(sshd), { rememberedMethod: method });
      await until('the watch', () => seen.detection()?.kind === 'watching');
      const now = seen.detection();
      assert.equal(now?.kind === 'watching' && now.method, method);
      await seesServers(seen);
    },
  );
}

void test(
  'one server on both families is one remote port, and one on ::1 keeps its address',
  { timeout: 60_000 },
  async () => {
    const seen = watched(sshExec(sshd));
    const both = await listen('::');
    const six = await listen('::1');
    const four = net.createServer().listen(six.port, '127.0.0.1');
    try {
      const found = await until('both', () => seen.find(both.port));
      assert.deepEqual(found.addresses, ['::']);
      assert.ok(await until('the pair', () => seen.find(six.port)?.addresses.join(' ') === '127.0.0.1 ::1'));
    } finally {
      for (const server of [both.server, six.server, four]) server.close();
      await seen.watch.close();
    }
  },
);

const isRoot = process.getuid?.() === 0;

void test(
  "another user's server is told apart, with its user",
  { skip: !isRoot && 'needs root', timeout: 60_000 },
  async () => {
    const seen = watched(sshExec(sshd));
    const port = await freePort();
    const code = `require("net").createServer().listen(${port}, "127.0.0.1")`;
    const child = start(process.execPath, ['-e', code], { uid: 65_534, gid: 65_534, cwd: '/' });
    try {
      const found = await until('it', () => seen.find(port));
      assert.equal(found.owner, 'other');
      assert.equal(found.process?.user, 'nobody');
    } finally {
      await stop(child);
      await seen.watch.close();
    }
  },
);

/** Our processes on the remote: all descendants of sshd. */
function remotePrograms(): number[] {
  return descendants(sshd.process().pid).filter((pid) => {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('SSHPORTS1');
  });
}

async function leavesNothing(
  exec: Exec,
  lose: (watch: PortWatch, programs: readonly number[]) => unknown,
): Promise<void> {
  const seen = watched(exec);
  try {
    await until('the watch', () => seen.detection()?.kind === 'watching');
    const programs = await until('the program', () => {
      const pids = remotePrograms();
      return pids.length > 0 ? pids : undefined;
    });
    await lose(seen.watch, programs);
    await seen.watch.close();
    await until('its end', () => programs.every((pid) => !fs.existsSync(`/proc/${pid}`)));
  } finally {
    await seen.watch.close();
  }
}

void test(
  'no process is left after the watch closes its channel and the connection stays',
  { timeout: 60_000 },
  async () => {
    const connection = await connectTo(sshdConfig(sshd));
    try {
      await leavesNothing(connection.exec, (watch) => watch.close());
      assert.ok((await connection.ping(AbortSignal.timeout(10_000))) >= 0);
    } finally {
      await connection.close();
    }
  },
);

void test('no process is left after the connection is closed', { timeout: 60_000 }, async () => {
  const connection = await connectTo(sshdConfig(sshd));
  await leavesNothing(connection.exec, () => connection.close());
});

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  void test(`no process is left after ${signal} ends the client`, { timeout: 60_000 }, async () => {
    const clients: ChildProcess[] = [];
    await leavesNothing(
      sshExec(sshd, (client) => clients.push(client)),
      () => {
        for (const client of clients) kill(client, signal);
      },
    );
  });
}

void test('no process is left after sshd and its sessions are killed', { timeout: 60_000 }, async () => {
  await leavesNothing(sshExec(sshd), async (_watch, programs) => {
    const sessions = descendants(sshd.process().pid).filter((pid) => !programs.includes(pid));
    for (const pid of sessions) process.kill(pid, 'SIGKILL');
  });
});

void test('the watch restarts its program after a kill on the remote', { timeout: 60_000 }, async () => {
  const connection = await connectTo(sshdConfig(sshd));
  const seen = watched(connection.exec);
  try {
    await until('the watch', () => seen.detection()?.kind === 'watching');
    for (const pid of remotePrograms()) process.kill(pid, 'SIGKILL');
    await until('the failure', () => seen.detection()?.kind === 'unavailable');
    await until('the watch again', () => seen.detection()?.kind === 'watching');
  } finally {
    await seen.watch.close();
    await connection.close();
  }
});

void test('a stopped remote is a timeout, and is watched again after it continues', { timeout: 60_000 }, async () => {
  const connection = await connectTo(sshdConfig(sshd));
  const seen = watched(connection.exec, { answerLimitMs: 3000 });
  try {
    await until('the watch', () => seen.detection()?.kind === 'watching');
    for (const pid of remotePrograms()) process.kill(pid, 'SIGSTOP');
    const now = await until('the failure', () => {
      const detection = seen.detection();
      return detection?.kind === 'unavailable' ? detection : undefined;
    });
    assert.equal(now.reason, 'timeout');
    for (const pid of remotePrograms()) process.kill(pid, 'SIGCONT');
    await until('the watch again', () => seen.detection()?.kind === 'watching');
  } finally {
    await seen.watch.close();
    await connection.close();
  }
});

/** Runs `SHELL -c COMMAND`, as sshd runs a command in a user's login shell. */
const loginShells: readonly (readonly [shell: string, debian: string])[] = [
  ['/bin/bash', 'bash'],
  ['/bin/dash', 'dash'],
  ['/bin/busybox sh', 'busybox'],
  ['/usr/bin/zsh', 'zsh'],
  ['/usr/bin/fish', 'fish'],
  ['/usr/bin/tcsh', 'tcsh'],
  ['/usr/bin/mksh', 'mksh'],
];

async function withForcedCommand(command: string, use: (exec: Exec) => Promise<void>): Promise<void> {
  const other = await startSshd({ config: [bareHome, `ForceCommand ${command}`] });
  try {
    await use(sshExec(other));
  } finally {
    await other.stop();
  }
}

for (const [shell, debian] of loginShells) {
  const isMissing = !fs.existsSync(shell.split(' ')[0] ?? '');
  void test(
    `${debian} as login shell starts the watch`,
    { skip: isMissing && !process.env['CI'], timeout: 60_000 },
    async () => {
      assert.ok(!isMissing, `needs Debian's ${debian}`);
      await withForcedCommand(`exec ${shell} -c "$SSH_ORIGINAL_COMMAND"`, (exec) => seesServers(watched(exec)));
    },
  );
}

void test('the watch works with a login shell that prints text first', { timeout: 60_000 }, async () => {
  const chatty = 'seq 1 500; echo Welcome; echo oops >&2; printf "no newline"; exec sh -c "$SSH_ORIGINAL_COMMAND"';
  await withForcedCommand(chatty, (exec) => seesServers(watched(exec)));
});

async function unavailable(exec: Exec): Promise<Extract<Detection, { kind: 'unavailable' }>> {
  const seen = watched(exec, { answerLimitMs: 500 });
  try {
    return await until('the reason', () => {
      const now = seen.detection();
      return now?.kind === 'unavailable' ? now : undefined;
    });
  } finally {
    await seen.watch.close();
  }
}

void test('an account without a shell reports why no ports are listed', { timeout: 60_000 }, async () => {
  await withForcedCommand('echo "This account is currently not available."; exit 1', async (exec) => {
    assert.deepEqual(await unavailable(exec), {
      kind: 'unavailable',
      reason: 'noShell',
      detail: 'This account is currently not available.',
    });
  });
});

void test('an account for sftp only has no shell', { timeout: 60_000 }, async () => {
  await withForcedCommand('internal-sftp', async (exec) => {
    assert.equal((await unavailable(exec)).reason, 'noShell');
  });
});

void test('a server that allows no sessions has no shell, and still forwards', { timeout: 60_000 }, async () => {
  const other = await startSshd({ config: [bareHome, 'MaxSessions 0'] });
  const connection = await connectTo(sshdConfig(other));
  try {
    assert.equal((await unavailable(connection.exec)).reason, 'noShell');
    const { port, server } = await listen('127.0.0.1');
    const to = { kind: 'tcp', host: '127.0.0.1', port } as const;
    const stream = await connection.dial(to, AbortSignal.timeout(10_000));
    stream.destroy();
    server.close();
  } finally {
    await connection.close();
    await other.stop();
  }
});
