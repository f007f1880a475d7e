import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { start, stop } from '../support/child.ts';
import { until } from '../support/until.ts';

/** A distant machine: a network namespace (network_namespaces(7)) behind a delay. */
export interface Distance {
  /** Its address. */
  readonly far: string;
  /** The command that runs a program there. */
  readonly runner: readonly string[];
  stop(): Promise<void>;
}

/** RFC 2544 reserves 198.18.0.0/15 for tests. Needs root, Linux and Python. */
export async function startDistance(roundTripMs: number): Promise<Distance> {
  const [near, far] = ['198.18.79.1', '198.18.79.2'];
  const name = `sp${process.pid}`;
  const holder: ChildProcess = start('unshare', ['--net', 'sleep', 'infinity']);
  const { pid } = holder;
  const ours = fs.readlinkSync('/proc/self/ns/net');
  await until('the namespace', () => fs.readlinkSync(`/proc/${pid}/ns/net`) !== ours);
  const runner = ['nsenter', `--net=/proc/${pid}/ns/net`];
  const script = path.join(import.meta.dirname, 'cable.py');
  const cable = start('python3', [script, String(pid), name, 'cable', String(roundTripMs / 2)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(cable.stdout ?? cable, 'data');
  const ip = (...args: readonly string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });
  const farIp = (...args: readonly string[]): void =>
    void execFileSync('nsenter', [...runner.slice(1), 'ip', ...args], { stdio: 'pipe' });
  ip('address', 'add', near, 'peer', far, 'dev', name);
  ip('link', 'set', name, 'up', 'txqueuelen', '10000');
  farIp('address', 'add', far, 'peer', near, 'dev', 'cable');
  farIp('link', 'set', 'cable', 'up', 'txqueuelen', '10000');
  farIp('link', 'set', 'lo', 'up');
  return {
    far,
    runner,
    stop: async () => {
      await stop(cable);
      await stop(holder);
    },
  };
}
