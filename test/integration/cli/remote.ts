import { execFile } from 'node:child_process';
import { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';
import { serve } from '../../unit/forward/loopback.ts';

export async function server(t: TestContext, options: SshdOptions = {}): Promise<Sshd> {
  const sshd = await startSshd(options);
  t.after(() => sshd.stop());
  return sshd;
}

export async function webServer(t: TestContext): Promise<number> {
  const { port } = await serve(t, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nhello'));
  });
  return port;
}

export async function curl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--noproxy', '*', '--max-time', '20', ...args]);
  return stdout;
}
