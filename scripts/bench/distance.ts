import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { start, stop } from '../../test/support/child.ts';
import { until } from '../../test/support/until.ts';

/** The properties of the network between two machines. */
export interface Cable {
  readonly roundTripMs: number;
  /** The share of packets that are lost. */
  readonly loss?: number;
  readonly megabits?: number;
}

/** A distant machine: a network namespace (network_namespaces(7)) at the end of a cable. */
export interface Distance {
  /** Its address. */
  readonly far: string;
  /** The command that runs a program there. */
  readonly runner: readonly string[];
  stop(): Promise<void>;
}

/** With BBR, the default of some machines, speeds are twice what most people get. */
const congestionControl = 'cubic';

/** RFC 2544 reserves 198.18.0.0/15 for tests. Needs root, Linux and Python. */
export async function startDistance({ roundTripMs, loss = 0, megabits = 0 }: Cable): Promise<Distance> {
  const [near, far] = ['198.18.79.1', '198.18.79.2'];
  const name = `sp${process.pid}`;
  const holder: ChildProcess = start('unshare', ['--net', 'sleep', 'infinity']);
  const { pid } = holder;
  const ours = fs.readlinkSync('/proc/self/ns/net');
  await until('the namespace', () => fs.readlinkSync(`/proc/${pid}/ns/net`) !== ours);
  const runner = ['nsenter', `--net=/proc/${pid}/ns/net`];
  const script = path.join(import.meta.dirname, 'cable.py');
  const args = [script, String(pid), name, 'cable', String(roundTripMs / 2), String(loss), String(megabits)];
  const cable = start('python3', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(cable.stdout ?? cable, 'data');
  const farIp = (...ipArgs: readonly string[]): void =>
    void execFileSync('nsenter', [...runner.slice(1), 'ip', ...ipArgs], { stdio: 'pipe' });
  ip('address', 'add', near, 'peer', far, 'dev', name);
  ip('link', 'set', name, 'up', 'txqueuelen', '10000');
  farIp('address', 'add', far, 'peer', near, 'dev', 'cable');
  farIp('link', 'set', 'cable', 'up', 'txqueuelen', '10000');
  farIp('link', 'set', 'lo', 'up');
  ip('route', 'replace', far, 'dev', name, 'congctl', congestionControl);
  farIp('route', 'replace', near, 'dev', 'cable', 'congctl', congestionControl);
  return {
    far,
    runner,
    stop: async () => {
      await stop(cable);
      await stop(holder);
    },
  };
}

/** Sets the congestion control of this namespace's loopback. */
export function useCubicOnLoopback(): void {
  const route = ['local', '127.0.0.1', 'dev', 'lo', 'table', 'local', 'src', '127.0.0.1'];
  ip('route', 'replace', ...route, 'congctl', congestionControl);
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
