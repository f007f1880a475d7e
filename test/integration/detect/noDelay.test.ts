import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { watchPorts } from '../../../src/core/detect/watch.ts';
import { sshdConfig } from '../../support/hostConfig.ts';
import { connectTo } from '../../support/ssh.ts';
import { descendants, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

/** Duplicates a process's socket (pidfd_getfd(2)) and prints its TCP_NODELAY. Prints nothing without a socket. */
const askSocket = `
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
for pid in map(int, sys.argv[1:]):
    for fd in map(int, os.listdir(f'/proc/{pid}/fd')):
        if not os.readlink(f'/proc/{pid}/fd/{fd}').startswith('socket:'): continue
        copy = libc.syscall(438, os.pidfd_open(pid), fd, 0)
        if copy < 0: sys.exit(os.strerror(ctypes.get_errno()))
        taken = socket.socket(fileno=copy)
        if taken.family == socket.AF_INET: print(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
`;

void test('while the watch runs, sshd sends small packets at once: any command sets TCP_NODELAY, without a terminal', async (t) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return t.skip('only root may look into another process');
  const sshd = await startSshd({ config: ['SetEnv HOME=/nonexistent'] });
  t.after(() => sshd.stop());
  const connection = await connectTo(sshdConfig(sshd));
  t.after(() => connection.close());
  let isWatching = false;
  const watch = watchPorts({
    exec: connection.exec,
    onPorts: (_, { kind }) => (isWatching = kind === 'watching'),
  });
  await until('the watch', () => isWatching);
  await watch.close(); // sshd keeps TCP_NODELAY after the command ends.
  await until('its commands to be gone', () => descendants(sshd.process().pid).length === 1);
  const { stdout, stderr } = spawnSync('python3', ['-c', askSocket, ...descendants(sshd.process().pid).map(String)], {
    encoding: 'utf8',
  });
  if (stderr.includes('not permitted')) return t.skip(stderr);
  assert.equal(stdout.trim(), '1', stderr);
});
