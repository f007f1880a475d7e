import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { HostJson } from '../../../src/view/hostJson.ts';
import { readHost } from '../../support/hostLines.ts';
import { type DevServer, greeting, startDevServer } from '../../support/devServer.ts';
import { start, stop } from '../../support/child.ts';
import { read } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

type Line = Partial<HostJson> & { readonly monotonicMs: number };

let sshd: Sshd;
let flask: DevServer;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'watch-'));

before(async () => {
  sshd = await startSshd();
  flask = await startDevServer(folder);
});
after(async () => {
  await flask.stop();
  await sshd.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

function run(...args: readonly string[]): { child: ChildProcess; out: () => string; err: () => string } {
  const child = start(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args]);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return { child, out: () => out, err: () => err };
}

async function end(child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
  return child.exitCode;
}

test('the program ends when nobody reads the table any more', async () => {
  const { child, out, err } = run('-F', sshd.configFile, 'devbox');
  const exit = once(child, 'exit');
  try {
    await until('something printed', () => out() !== '');
    child.stdout?.destroy();
    await exit; // the server that is found meanwhile is the next thing to print
    assert.deepEqual({ status: child.exitCode, said: err() }, { status: 0, said: '' });
  } finally {
    await stop(child);
  }
});

const lastHost = (text: string): HostJson => readHost(text.split('\n').slice(0, -1));

test('--json prints one line per change with a monotonic clock, and forwards the dev server', async () => {
  const { child, out } = run('-F', sshd.configFile, '--json', 'devbox');
  try {
    const lines = (): Line[] =>
      out()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line);
    const local = await until('the forward', () => {
      const forward = lastHost(out()).forwards.find(({ remotePort }) => remotePort === flask.port);
      const bound = forward?.status.kind === 'listening' ? forward.status.bound[0] : undefined;
      return bound?.kind === 'tcp' ? bound.port : undefined;
    });
    assert.match((await read(local)) ?? '', new RegExp(greeting, 'u'));
    const times = lines().map(({ monotonicMs }) => monotonicMs);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    const [first, ...changes] = lines();
    assert.equal(first?.name, 'devbox');
    assert.ok(changes.every(({ name }) => name === undefined));
    assert.equal(await end(child), 0);
    assert.equal(await read(local), undefined);
  } finally {
    await stop(child);
  }
});

test('many unidentifiable remote ports at once cause no warning of Node', async () => {
  const closed = await startSshd({ config: ['AllowTcpForwarding no'] });
  const servers = Array.from({ length: 12 }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  const { child, out, err } = run('-F', closed.configFile, '--json', 'devbox');
  try {
    await until('all of them are known', () => {
      const { listeners } = lastHost(out());
      const known = listeners.filter(({ identity }) => identity).map(({ listener }) => listener.port);
      return ports.every((port) => known.includes(port));
    });
    assert.equal(await end(child), 0);
    assert.equal(err(), '');
  } finally {
    await stop(child);
    for (const server of servers) server.close();
    await closed.stop();
  }
});

test('--json=states prints the whole host in each line', async () => {
  const { child, out } = run('-F', sshd.configFile, '--json=states', 'devbox');
  try {
    const lines = await until('the dev server', () => {
      const all = out()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as HostJson);
      return all.at(-1)?.listeners.some(({ identity }) => identity?.name === 'Flask') ? all : undefined;
    });
    assert.ok(lines.every(({ name, listeners, forwards }) => name === 'devbox' && listeners && forwards));
    assert.equal(await end(child), 0);
  } finally {
    await stop(child);
  }
});

test('without --json it prints the table of ports as it changes', async () => {
  const { child, out } = run('-F', sshd.configFile, 'devbox');
  try {
    const row = new RegExp(
      `^${flask.port}\\s+Flask\\s+python3\\s+localhost:(\\d+) \\(${flask.port} is taken\\)$`,
      'mu',
    );
    await until('the row of the dev server', () => row.test(out()));
    assert.match(out(), /^devbox: connected$/mu);
    assert.match(out(), /^PORT +SERVER +PROCESS +HERE$/mu);
    // Traffic moves counters that the table does not show; another listener then changes the table.
    const local = Number(row.exec(out())?.[1]);
    assert.match((await read(local)) ?? '', new RegExp(greeting, 'u'));
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await until('the row of the other listener', () => new RegExp(`^${port}\\b`, 'mu').test(out())).finally(() =>
      other.close(),
    );
    const tables = out().split(/^(?=devbox: )/mu);
    assert.deepEqual(
      tables.filter((table, index) => table === tables[index - 1]),
      [],
    );
    assert.equal(await end(child), 0);
  } finally {
    await stop(child);
  }
});

test('an unreachable host ends the program with status 255 and the message of ssh', async () => {
  const { child, err } = run('-F', sshd.configFile, '-p', '1', 'devbox');
  await until('the end', () => child.exitCode !== null);
  assert.equal(child.exitCode, 255);
  assert.match(err(), /port 1: Connection refused/u);
});
