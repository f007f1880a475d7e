/**
 * Compares our forwards with `ssh -N -L` and its default cipher. Both do the same work in turn against the same sshd, on
 * this machine and, as root on Linux, at a round trip of 50 ms. A figure is ours divided by that of ssh in the same round;
 * the median of all rounds is printed. `watching` runs our program as in the editor, with the watch on. Run by hand, after
 * `npm run build`:
 *
 *     node --import tsx test/benchmark/throughput.ts [--rounds 7] [--only WORD] [CLI …]
 *
 * Name several builds of the CLI to compare them. The default is dist/cli.cjs.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { start, stop } from '../support/child.ts';
import { freePort } from '../support/freePort.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startDistance } from './distance.ts';
import { download, keptConnections, newConnections, stopReading, upload } from './load.ts';

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    alone: { type: 'boolean' },
  },
  allowPositionals: true,
});
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const rounds = Number(values.rounds);
const builds = positionals.length > 0 ? positionals : ['dist/cli.cjs'];

/** A client under test. */
interface Side {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

interface Forward {
  readonly child: ChildProcess;
  readonly port: number;
}

/** One kind of work, and whether a high or a low figure is good. */
interface Measure {
  readonly name: string;
  readonly good: 'more' | 'less';
  readonly run: (forward: Forward) => Promise<number>;
}

const ssh: Side = { name: 'ssh', command: 'ssh', args: ['-N'] };
const sides: readonly Side[] = [
  ssh,
  ...builds.map((file) => ({ name: file, command: process.execPath, args: [file, '-N'] })),
];
const watching: Side = { name: 'watching', command: process.execPath, args: [builds[0] ?? '', '--json'] };

const near: readonly Measure[] = [
  rate('download, one stream', (port) => download(port, 256)),
  cpu('download, CPU of the client', (port) => download(port, 256)),
  rate('upload, one stream', (port) => upload(port, 256)),
  cpu('upload, CPU of the client', (port) => upload(port, 256)),
  rate('download, 8 streams', (port) => together(8, () => download(port, 32))),
  rate('new connection each, by turns', (port) => newConnections(port, 40, 1)),
  rate('new connection each, 50 at once', (port) => newConnections(port, 1000, 50)),
  rate('kept connection, by turns', (port) => keptConnections(port, 2000, 1)),
  rate('kept connections, 6 at once', (port) => keptConnections(port, 6000, 6)),
];
const distant: readonly Measure[] = [
  rate('download, one stream', (port) => download(port, 64)),
  rate('download, 4 streams', (port) => together(4, () => download(port, 24))),
  rate('upload, one stream', (port) => upload(port, 48)),
  rate('page of 200 requests, new connections', (port) => newConnections(port, 200, 6)),
  rate('page of 200 requests, 6 kept connections', (port) => keptConnections(port, 200, 6)),
];

/** The work per unit of time. */
function rate(name: string, work: (port: number) => Promise<void>): Measure {
  return { name, good: 'more', run: async ({ port }) => 1 / (await seconds(() => work(port))) };
}

function cpu(name: string, work: (port: number) => Promise<void>): Measure {
  return {
    name,
    good: 'less',
    run: async ({ child, port }) => {
      const before = cpuTicks(child);
      await work(port);
      return cpuTicks(child) - before;
    },
  };
}

async function main(): Promise<void> {
  if (isRoot && !values.alone) return alone();
  const sshd = await startSshd();
  const origin = await startOrigin([]);
  try {
    // The watch would also detect the servers of other users of this machine.
    const who = values.alone ? [...sides, watching] : sides;
    await compare('on this machine', who, near, sshd, origin.port);
    await startTimes('on this machine', sshd, origin.port);
    await memory(sshd, origin.port);
  } finally {
    await stop(origin.child);
    await sshd.stop();
  }
  if (values.alone) await atDistance(50);
  else print('watching, and at 50 ms', 'left out: only root may make network namespaces, and only on Linux');
}

/** Restarts this program in its own network namespace (network_namespaces(7)). */
async function alone(): Promise<void> {
  const again = `ip link set lo up && exec "$0" "$@"`;
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1), '--alone'];
  const child = start('unshare', ['--net', 'sh', '-c', again, ...command], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}

async function atDistance(roundTripMs: number): Promise<void> {
  const distance = await startDistance(roundTripMs);
  const { far, runner } = distance;
  const sshd = await startSshd({ address: far, runner });
  const origin = await startOrigin(runner);
  try {
    const where = `at ${roundTripMs} ms`;
    await compare(where, [...sides, watching], distant, sshd, origin.port);
    await startTimes(where, sshd, origin.port);
  } finally {
    await stop(origin.child);
    await sshd.stop();
    await distance.stop();
  }
}

async function startOrigin(runner: readonly string[]): Promise<Forward> {
  const command = [...runner, process.execPath, '--import', 'tsx', `${import.meta.dirname}/origin.ts`];
  const child = start(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return { child, port: Number(line) };
}

async function compare(
  where: string,
  who: readonly Side[],
  measures: readonly Measure[],
  sshd: Sshd,
  to: number,
): Promise<void> {
  const wanted = measures.filter(({ name }) => `${name}, ${where}`.includes(values.only));
  if (wanted.length === 0) return;
  const forwards = await Promise.all(who.map((side) => open(side, sshd, to)));
  const results = wanted.map(() => who.map((): number[] => []));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [row, measure] of wanted.entries()) {
      for (const turn of who.keys()) {
        const column = (turn + round) % who.length; // nobody is always the first
        const forward = forwards[column];
        const value = forward && (await measure.run(forward));
        // The first round warms up.
        if (round > 0 && value !== undefined) results[row]?.[column]?.push(value);
      }
    }
  }
  for (const [row, { name, good }] of wanted.entries()) table(`${name}, ${where} (${good})`, who, results[row] ?? []);
  await Promise.all(forwards.map(({ child }) => stop(child)));
}

/** From the start of the program to the first answer through it. */
async function startTimes(where: string, sshd: Sshd, to: number): Promise<void> {
  const name = `program start to first answer, ${where}`;
  if (!name.includes(values.only)) return;
  const results = sides.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [column, side] of sides.entries()) {
      const startedAt = performance.now();
      const { child } = await open(side, sshd, to);
      if (round > 0) results[column]?.push(performance.now() - startedAt);
      await stop(child);
    }
  }
  table(`${name} (less)`, sides, results);
}

/** The growth of a program's memory while a stalled reader is sent 1 GiB. In bytes, because a ratio to zero is undefined. */
async function memory(sshd: Sshd, to: number): Promise<void> {
  const name = 'memory for a reader that has stopped, 1 GB offered';
  if (!name.includes(values.only)) return;
  for (const side of sides) {
    const { child, port } = await open(side, sshd, to);
    await download(port, 64);
    const before = memoryMiB(child);
    const stopped = await stopReading(port, 1024);
    let grown = -1;
    await until('it to take no more', async () => {
      const last = grown;
      await sleep(1000);
      grown = memoryMiB(child) - before;
      return grown <= last;
    });
    print(`${name}, ${side.name}`, `${grown.toFixed(0)} MiB`);
    stopped.destroy();
    await stop(child);
  }
}

/** Resolves after the first answer through the forward. */
async function open({ command, args }: Side, sshd: Sshd, to: number): Promise<Forward> {
  const port = await freePort();
  const child = start(command, [...args, '-q', '-F', sshd.configFile, '-L', `${port}:127.0.0.1:${to}`, 'devbox'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const end = Date.now() + 20_000;
  for (;;) {
    try {
      await newConnections(port, 1, 1);
      return { child, port };
    } catch (error) {
      if (Date.now() > end || child.exitCode !== null) throw error;
      await sleep(2);
    }
  }
}

async function together(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/** proc_pid_stat(5): utime and stime. CAUTION: the process name before them may contain any character. */
function cpuTicks({ pid }: ChildProcess): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function memoryMiB({ pid }: ChildProcess): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function table(what: string, who: readonly Side[], results: readonly (readonly number[])[]): void {
  const [base = []] = results;
  const ratios = results.map((mine) => median(mine.map((value, round) => value / (base[round] ?? Number.NaN))));
  const rest = who.map(({ name }, column) => `${name} ${ratios[column]?.toFixed(2)}`).slice(1);
  print(what, rest.join('   '));
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(64)} ${value}\n`);
}

await main();
