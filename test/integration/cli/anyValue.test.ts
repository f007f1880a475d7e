import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { keywords } from '../../../src/core/config/keywords/keywords.ts';
import { anyValue, oddValues } from '../../support/anyValue.ts';
import { buildCli, type Cli, run } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { startSshd } from '../../support/sshd.ts';
import { connect, readAll, serve } from '../../unit/forward/loopback.ts';

let cli: Cli;
before(async () => {
  cli = await buildCli();
});
after(() => cli.remove());

interface Ended {
  readonly status: number | null;
  readonly said: string;
}

/** Runs the program in a folder of its own, because some values are relative paths. */
async function ended(...args: readonly string[]): Promise<Ended> {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'any-value-'));
  const child = spawn(process.execPath, [cli.program, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 10_000,
    env: { ...process.env, HOME: cwd, LC_ALL: 'C' },
  });
  const [said] = await Promise.all([text(child.stderr), once(child, 'close')]);
  fs.rmSync(cwd, { recursive: true, force: true });
  return { status: child.exitCode, said };
}

/** SECURITY: as a command, a generated value could do anything to this machine. */
const commands = /command$/;
const names = keywords.map(({ name }) => name).filter((name) => !commands.test(name));
// An argument ends at its first NUL.
const values = fc.oneof(fc.constantFrom(...oddValues), anyValue).map((value) => value.replaceAll('\0', ''));
const lines = fc.sample(fc.tuple(fc.constantFrom(...names), values), { seed: 10, numRuns: 120 });

function assertClear({ status, said }: Ended, what: string): void {
  assert.ok(status === 0 || status === 255, `${what}: status ${status}: ${said}`);
  assert.doesNotMatch(said, /^\s+at |node:internal|Node\.js v|TypeError|RangeError|unexpected (error|happened)/m, what);
  if (status === 255) assert.match(said, /\S/, what);
}

void test('no option makes -G, or -N to a closed port, print a stack', async () => {
  const port = String(await freePort());
  for (const [index, [name, value]] of lines.entries()) {
    const mode =
      index % 2 === 0 ? ['-G'] : ['-N', '-p', port, '-o', 'ConnectionAttempts=1', '-o', 'HostName=127.0.0.1'];
    const option = `${name}=${value}`;
    assertClear(await ended('-F', 'none', ...mode, '-o', option, 'devbox'), inspect(option));
  }
});

void test('an error that nothing handles is one line, and forwards go on', async (t) => {
  const sshd = await startSshd();
  t.after(() => sshd.stop());
  const { port: web } = await serve(t, (socket) => socket.end('hello'));
  const bug = path.join(sshd.folder, 'bug.cjs');
  fs.writeFileSync(
    bug,
    `process.on('SIGUSR2', () => { setImmediate(() => { throw new Error('a bug'); }); void Promise.reject(new Error('another')); });\n`,
  );
  const port = await freePort();
  const command = [process.execPath, '--require', bug, cli.program];
  const running = run(t, [...command, '-F', sshd.configFile, '-N', '-L', `${port}:127.0.0.1:${web}`, 'devbox']);
  await running.says(/^forwarding /m);
  running.child.kill('SIGUSR2');
  await running.says(/^ssh-ports: unexpected error: another$/m);
  await running.says(/^ssh-ports: unexpected error: a bug$/m);
  assert.doesNotMatch(running.said(), /^\s+at /m);
  assert.equal(String(await readAll(connect(t, port))), 'hello');
});
