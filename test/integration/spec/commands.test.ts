import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, type TestContext, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { readTypedHost } from '../../../src/core/config/typed.ts';
import { buildCli, type Cli, run, type Running } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { startSessions } from '../../support/sessions.ts';
import { type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { connect, portOf, readAll, serve } from '../../unit/forward/loopback.ts';

let built: Cli;
before(async () => {
  built = await buildCli();
});
after(() => built.remove());

const limit = { timeout: 60_000 };
const programs = ['ssh', 'ssh-ports'] as const;
const addresses = ['127.0.0.1', '127.0.0.2', '::1'];

function command(program: (typeof programs)[number]): readonly string[] {
  return program === 'ssh' ? ['ssh'] : [process.execPath, built.program];
}

interface Case {
  /** A command as articles have it. It listens on 8000 or 8022, and its destination port is 8080 or 22. */
  readonly words: string;
  readonly server?: readonly string[];
  readonly reached: readonly string[];
}

const cases: readonly Case[] = [
  { words: '-N -L localhost:8000:localhost:8080 -l USER', reached: ['127.0.0.1', '::1'] },
  { words: '-L 0.0.0.0:8000:localhost:8080 -N', reached: ['127.0.0.1', '127.0.0.2'] },
  { words: '-N -R 0.0.0.0:8022:localhost:22', reached: ['127.0.0.1', '::1'] },
  {
    words: '-N -R 0.0.0.0:8022:localhost:22',
    server: ['GatewayPorts clientspecified'],
    reached: ['127.0.0.1', '127.0.0.2'],
  },
  { words: '-N -R 0.0.0.0:8022:localhost:22', server: ['GatewayPorts yes'], reached: addresses },
  { words: '-N -R 1:0:localhost:22', reached: ['127.0.0.1', '::1'] },
  { words: '-NR 1:0:0:22', reached: ['127.0.0.1', '::1'] },
];

for (const { words, server = [], reached } of cases) {
  const answers = addresses.map((address) => (reached.includes(address) ? 'hello' : 'ECONNREFUSED'));
  const name = `ssh ${words} host${server.map((line) => `, ${line}`).join('')}`;
  /** The words with the ports of this test. */
  const fill = (user: string, listen: number, to: number): string =>
    words
      .replace('USER', user)
      .replace(/(?:8080|22)( |$)/u, `${to}$1`)
      .replace(/8000|8022/u, String(listen));

  test(`${name}: the same addresses, destination and status as with ssh`, limit, async (t) => {
    const sshd = await host(t, { config: server });
    const web = await serve(t, (socket) => socket.end('hello'));
    for (const program of programs) {
      const wanted = await freePort();
      const args = fill(sshd.user, wanted, web.port).split(' ');
      const running = run(t, [...command(program), '-F', sshd.configFile, ...args, 'devbox']);
      const port = words.includes('R 1:0:') ? await allocated(running, web.port) : wanted;
      await until(`${program} listens`, async () => (await answer(t, '127.0.0.1', port)) === 'hello');
      assert.deepEqual(await Promise.all(addresses.map((address) => answer(t, address, port))), answers, program);
      running.child.kill('SIGTERM');
      assert.equal(await running.status(), 0, program);
      await until(`${program} listens no more`, async () => (await answer(t, '127.0.0.1', port)) === 'ECONNREFUSED');
    }
  });

  test(`${name}: does the same when it is pasted into the host box`, limit, async (t) => {
    const sshd = await host(t, { config: server });
    const web = await serve(t, (socket) => socket.end('hello'));
    const typed = readTypedHost(`ssh ${fill(sshd.user, await freePort(), web.port)} devbox`);
    const choice = typed?.kind === 'command' ? typed.choice : undefined;
    assert.ok(choice);
    const { sessions } = await startSessions(sshd.configFile, { autoForward: 'off' });
    t.after(() => sessions.close());
    sessions.useOptions(choice.name, choice.options);
    const [spec] = choice.forwards;
    assert.ok(spec);
    const { status } = await sessions.forward(choice.name, typedRequest(spec), never);
    assert.ok(status.kind === 'open');
    const port = portOf(status);
    assert.deepEqual(await Promise.all(addresses.map((address) => answer(t, address, port))), answers);
  });
}

/** Flags whose forward fails, and whether the program then ends. */
const failures: readonly { readonly words: string; readonly server?: SshdOptions; readonly isEnd: boolean }[] = [
  { words: '-N -R 1:localhost:22', isEnd: false },
  { words: '-N -R 1:localhost:22 -o ExitOnForwardFailure=yes', isEnd: true },
  { words: '-N -R 0.0.0.0:8022:localhost:22', server: { config: ['PermitListen none'] }, isEnd: false },
  { words: '-NR 1:0:0:22', server: { config: ['GatewayPorts clientspecified'] }, isEnd: false },
  { words: '-N -R /nonexistent/socket:localhost:22 -o ExitOnForwardFailure=yes', isEnd: true },
  { words: '-N -L 192.0.2.1:8000:localhost:8080', isEnd: false },
  { words: '-N -L 192.0.2.1:8000:localhost:8080 -o ExitOnForwardFailure=yes', isEnd: true },
  { words: '-N -L 127.0.0.1:1:localhost:8080 -o ExitOnForwardFailure=yes', isEnd: true },
  { words: '-N -D 127.0.0.1:1 -o ExitOnForwardFailure=yes', isEnd: true },
];

/** Root may bind every port, so neither side runs as root. */
const nobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups'] : [];

for (const { words, server = {}, isEnd } of failures) {
  test(
    `${words}: says what ssh says, and ${isEnd ? 'ends with its status' : 'goes on'}`,
    { timeout: 60_000 },
    async (t) => {
      const sshd = await host(t, server);
      const config = configOfNobody(sshd);
      const [bySsh, byUs] = await Promise.all(
        programs.map(async (program) => {
          const words2 = [...nobody, ...command(program), '-F', config, ...words.split(' '), 'devbox'];
          const running = run(t, words2, { ...process.env, HOME: sshd.folder });
          const [line] = await running.says(/^.*(?:forwarding failed|Could not request).*$/mu);
          const status = isEnd ? await running.status() : running.child.exitCode;
          return { line, status, lines: running.said().replaceAll('\r', '').split('\n') };
        }),
      );
      assert.equal(bySsh?.status, isEnd ? 255 : null);
      assert.deepEqual(byUs, bySsh);
    },
  );
}

async function host(t: TestContext, options: SshdOptions): Promise<Sshd> {
  const sshd = await startSshd(options);
  t.after(() => sshd.stop());
  return sshd;
}

function configOfNobody(sshd: Sshd): string {
  if (nobody.length === 0) return sshd.configFile;
  fs.chmodSync(sshd.folder, 0o755);
  fs.chownSync(sshd.keyFile, 65_534, 65_534);
  fs.chmodSync(sshd.knownHostsFile, 0o644);
  const text = fs.readFileSync(sshd.configFile, 'utf8').replace(/^ *User .*$/mu, '  User nobody');
  fs.writeFileSync(sshd.configFile, text, { mode: 0o644 });
  return sshd.configFile;
}

async function allocated(running: Running, port: number): Promise<number> {
  const [, found] = await running.says(
    new RegExp(`^Allocated port (\\d+) for remote forward to \\S+:${port}\\s*$`, 'mu'),
  );
  return Number(found);
}

async function answer(t: TestContext, address: string, port: number): Promise<string> {
  try {
    return (await readAll(connect(t, port, address))).toString();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
