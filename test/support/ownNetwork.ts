import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { Scope } from '../../src/base/scope.ts';
import { start, stop } from './child.ts';
import { relayInto } from './relayInto.ts';
import { until } from './until.ts';

/** A remote's own network (network_namespaces(7)): every port is free there, and nobody else's servers are to be seen. */
export interface OwnNetwork {
  /** What runs a program in it: a command and its arguments. */
  readonly runner: readonly [string, ...string[]];
  /** Makes a port of its loopback answer at the same port of this machine. */
  open(port: number): Promise<void>;
  stop(): Promise<void>;
}

/** Why there can be none here, as a reason to skip a test. */
export const noOwnNetwork =
  process.platform === 'linux' && process.getuid?.() === 0 ? false : 'needs root, for a network of its own';

/** Needs `ip`, `nsenter` and `nc` besides. */
export async function startOwnNetwork(): Promise<OwnNetwork> {
  const scope = new Scope();
  const holder = start('unshare', ['--net', 'sleep', '900']);
  scope.defer(() => stop(holder));
  const namespace = `/proc/${holder.pid}/ns/net`;
  const ours = fs.readlinkSync('/proc/self/ns/net');
  await until('the namespace', () => fs.readlinkSync(namespace) !== ours);
  const inside = [`--net=${namespace}`];
  execFileSync('nsenter', [...inside, 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'pipe' });
  return {
    runner: ['nsenter', ...inside],
    open: async (port) => {
      scope.defer(await relayInto(['nsenter', ...inside], port));
    },
    stop: () => scope.close(),
  };
}
