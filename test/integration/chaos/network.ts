import { type ChildProcess, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { start, stop } from '../../support/child.ts';
import { until } from '../../support/until.ts';

/** A network of two machines: this one, and a far one in a namespace (network_namespaces(7)) behind a cable (veth(4)). */
export interface Network {
  readonly far: string;
  /** A permanent address of this machine, for programs of the far machine. */
  readonly home: string;
  /** The command that runs a program on the far machine. */
  readonly runner: readonly string[];
  /** Drops all packets from the far machine, silently. */
  readonly drop: () => void;
  readonly deliver: () => void;
  /** Gives this machine another address. */
  readonly readdress: () => void;
  stop(): Promise<void>;
}

/** The reason why this machine cannot have such a network; undefined if it can. */
export function noNetwork(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  try {
    execFileSync('ip', ['-V'], { stdio: 'ignore' });
    execFileSync('unshare', ['--net', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `ip (apt-get install iproute2) or unshare does not work: ${String(error)}`;
  }
}

/** Uses 198.18.0.0/15, which is for tests (RFC 2544). The namespace ends with the process that holds it. */
export async function startNetwork(): Promise<Network> {
  const near = '198.18.77.1';
  const home = '198.18.78.1';
  const far = '198.18.77.2';
  const cable = `sp${process.pid}`;
  const holder: ChildProcess = start('unshare', ['--net', 'sleep', '300']);
  const { pid } = holder;
  const runner = ['nsenter', `--net=/proc/${pid}/ns/net`];
  const ip = (...args: readonly string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });
  const farIp = (...args: readonly string[]): void =>
    void execFileSync('nsenter', [...runner.slice(1), 'ip', ...args], { stdio: 'pipe' });
  const ours = fs.readlinkSync('/proc/self/ns/net');
  await until('the namespace', () => fs.readlinkSync(`/proc/${pid}/ns/net`) !== ours);
  ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'cable', 'netns', String(pid));
  farIp('address', 'add', `${far}/29`, 'dev', 'cable');
  farIp('link', 'set', 'cable', 'up');
  ip('address', 'add', `${near}/29`, 'dev', cable);
  ip('address', 'add', `${home}/32`, 'dev', cable);
  ip('link', 'set', cable, 'up');
  farIp('route', 'add', home, 'dev', 'cable');
  return {
    far,
    home,
    runner,
    // Addresses frames to a machine that does not exist, so they are lost.
    drop: () => farIp('neighbour', 'replace', near, 'lladdr', '02:00:00:00:00:01', 'nud', 'permanent', 'dev', 'cable'),
    deliver: () => farIp('neighbour', 'delete', near, 'dev', 'cable'),
    readdress: () => {
      ip('address', 'delete', `${near}/29`, 'dev', cable);
      ip('address', 'add', '198.18.77.3/29', 'dev', cable);
    },
    stop: async () => {
      ip('link', 'delete', cable); // a namespace outlives its processes while its sockets close
      await stop(holder);
    },
  };
}
