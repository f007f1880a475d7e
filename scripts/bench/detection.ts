/**
 * Prints the time from `listen()` on the remote to the detection and to an HTTP 200 through the local port (50 starts
 * each), the cost of a poll with few and with 20,000 sockets of each kind, and the CPU time per minute without changes. Run
 * by hand:
 *
 *     node --import tsx scripts/bench/detection.ts
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { never } from '../../src/base/delay.ts';
import type { Exec } from '../../src/core/detect/exec.ts';
import type { RemotePort } from '../../src/core/detect/remotePort.ts';
import { pollMs } from '../../src/core/detect/pace.ts';
import { openUnixSource } from '../../src/core/detect/unixSource.ts';
import { watchPorts } from '../../src/core/detect/watch.ts';
import { start, stop } from '../../test/support/child.ts';
import { sshdConfig } from '../../test/support/hostConfig.ts';
import { connectTo } from '../../test/support/ssh.ts';
import { startSessions } from '../../test/support/sessions.ts';
import { startSshd } from '../../test/support/sshd.ts';
import { until } from '../../test/support/until.ts';

const starts = 50;
/** Below the ephemeral range: detection delays a port of that range, because most of these close again soon. */
const firstPort = 21_000;

async function main(): Promise<void> {
  const sshd = await startSshd({ config: ['SetEnv HOME=/nonexistent'] });
  const connection = await connectTo(sshdConfig(sshd));
  try {
    await detectionTimes(connection.exec);
    await pageTimes(sshd.configFile);
    await costs(connection.exec, 'as it is');
    for (const kind of ['connected', 'listening'] as const) {
      await withSockets(kind, () => costs(connection.exec, `with 20,000 ${kind} sockets more`));
    }
  } finally {
    await connection.close();
    await sshd.stop();
  }
}

async function detectionTimes(exec: Exec): Promise<void> {
  let ports: readonly RemotePort[] = [];
  let isWatching = false;
  const watch = watchPorts({
    exec,
    onPorts: (now, how) => {
      ports = now;
      isWatching = how.kind === 'watching';
    },
  });
  await until('the watch', () => isWatching);
  const times: number[] = [];
  for (let index = 0; index < starts; index += 1) {
    await sleep(Math.random() * 1000);
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const startedAt = performance.now();
    while (!ports.some((each) => each.port === port)) await sleep(1);
    times.push(performance.now() - startedAt);
    server.close();
  }
  await watch.close();
  print(`listen() to detection, ${starts} starts`, percentiles(times));
}

/** The whole wait of a developer: detection, identification, forward and answer. */
async function pageTimes(configFile: string): Promise<void> {
  const app = await startSessions(configFile, { autoForward: 'all' });
  await app.sessions.connect('devbox', never);
  await until('the watch', () => app.host().detection.kind === 'watching');
  const times: number[] = [];
  for (let index = 0; index < starts; index += 1) {
    await sleep(Math.random() * 1000);
    const port = firstPort + 20 * index; // its neighbours are for the forward, since the remote is this machine
    const server = http.createServer((_, response) => response.end('hello')).listen(port, '127.0.0.1');
    await once(server, 'listening');
    const startedAt = performance.now();
    while ((await app.page(port)) !== 'hello') await sleep(1);
    times.push(performance.now() - startedAt);
    server.close();
  }
  await app.sessions.close();
  print(`listen() to HTTP 200 here, ${starts} starts`, percentiles(times));
}

function percentiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string => `${sorted[Math.ceil(sorted.length * share) - 1]?.toFixed(0)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}`;
}

/** CPU time of the program on the remote and its children, as the kernel counts it: per poll and per minute. */
async function costs(exec: Exec, what: string): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  const source = await openUnixSource(exec, { limitMs: 20_000 }, signal);
  await source.poll(signal);
  const before = await source.costMs(signal);
  const looks = 200;
  for (let index = 0; index < looks; index += 1) await source.poll(signal);
  const pollCostMs = ((await source.costMs(signal)) - before) / looks;
  source.close();
  print(`one look with ${source.method}, ${what}`, `${pollCostMs.toFixed(1)} ms CPU`);
  for (const [state, quietMs, isFocused] of [
    ['busy', 0, true],
    ['idle', 3_600_000, true],
    ['idle, window without focus', 3_600_000, false],
  ] as const) {
    const perMinute = (60_000 / pollMs({ isFocused, quietMs, pollCostMs })) * pollCostMs;
    print(`  a minute ${state}`, `${perMinute.toFixed(0)} ms CPU (${(perMinute / 600).toFixed(2)} % of a core)`);
  }
}

/** 20,000 sockets, in child processes with 5,000 descriptors each. */
async function withSockets(kind: keyof typeof openers, use: () => Promise<void>): Promise<void> {
  const before = sockets();
  const children = [1, 2, 3, 4].map((nth) => {
    const code = `const net = require('net'); (async () => { ${openers[kind]} })();`;
    return start(process.execPath, ['-e', code, String(nth)]);
  });
  try {
    await until('the sockets', () => sockets() >= before + 20_000, 60_000);
    await use();
  } finally {
    await Promise.all(children.map(stop));
  }
}

/** A program that opens 5,000 sockets. It holds both ends of a connection. */
const openers = {
  connected: `
    const server = net.createServer(() => undefined).listen(0, '127.0.0.1', async () => {
      for (let i = 0; i < 2500; i += 1) await new Promise((done) => net.connect(server.address().port, '127.0.0.1', done));
    });`,
  // One address has too few ports.
  listening: `
    for (let i = 0; i < 5000; i += 1) {
      const address = '127.' + process.argv[1] + '.' + (i % 50) + '.1';
      await new Promise((done) => net.createServer().listen(0, address, done));
    }`,
} as const;

function sockets(): number {
  return Number(/^TCP: inuse (\d+)/m.exec(fs.readFileSync('/proc/net/sockstat', 'utf8'))?.[1] ?? 0);
}

function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(48)} ${value}\n`);
}

print('ss', spawnSync('ss', ['-V'], { encoding: 'utf8' }).stdout.trim());
await main();
