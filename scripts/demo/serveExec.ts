import type { Connection } from 'ssh2';
import type { Scope } from '../../src/base/scope.ts';
import { kill, start, stop } from '../../test/support/child.ts';

/** Runs commands in the shell, as sshd does: RFC 4254 section 6.5. A closed channel ends what it started. */
export function serveExec(connection: Connection, scope: Scope): void {
  connection.on('session', (acceptSession) => {
    const session = acceptSession();
    session.on('env', (accept) => accept?.());
    session.on('exec', (accept, _reject, { command }) => {
      const channel = accept();
      const child = start('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'] });
      scope.defer(() => stop(child));
      const { stdin, stdout, stderr } = child;
      stdin?.on('error', () => channel.end()); // the command does not read, or is gone
      if (stdin) channel.pipe(stdin);
      stdout?.pipe(channel, { end: false });
      stderr?.pipe(channel.stderr, { end: false });
      child.on('error', () => channel.close());
      child.on('close', (code) => {
        channel.exit(code ?? 255);
        channel.end();
      });
      channel.on('error', () => kill(child, 'SIGKILL'));
      channel.on('close', () => kill(child, 'SIGKILL'));
    });
  });
}
