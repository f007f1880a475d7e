import { type ChildProcess, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { start, stop } from './child.ts';
import { noOwnNetwork } from './ownNetwork.ts';
import { until } from './until.ts';

/**
 * A container as the kernel has it: processes in a cgroup of the right name and in a network of their own, joined to the
 * remote's network by veth(4). No runtime is needed.
 */
export interface PlainContainer {
  /** Its first process. */
  readonly pid: number;
  /** Starts a program in it. */
  run(command: readonly string[]): ChildProcess;
  stop(): Promise<void>;
}

export interface ContainerOptions {
  /** Its cgroup, as a runtime names it: `docker/ID`. */
  readonly cgroup: string;
  /** Its addresses, with the length of the network. The remote takes the first address of each network. Empty: no network. */
  readonly addresses?: readonly string[];
  /** What runs a program in the remote's network; absent if that is the network of the test. */
  readonly runner?: readonly string[];
  /** `host`: it shares the remote's network. A number: the network of the container with this first process. */
  readonly network?: 'own' | 'host' | number;
}

/** Why there can be none here, as a reason to skip a test. */
export const noContainers = noOwnNetwork || (cgroupRoot() === undefined && 'needs a cgroup file system to write to');

/** The nth id of a container. */
export function containerId(nth: number): string {
  return nth.toString(16).padStart(12, '0').padEnd(64, 'c');
}

/** Joins the network of process `$0`: pairs of its address and the remote's. IPv6 waits seconds for duplicates, without `nodad`. */
const joinScript = `
inside() { nsenter --net=/proc/$0/ns/net "$@"; }
nth=0
inside ip link set lo up
while [ $# -gt 0 ]; do
  case $1 in *:*) nodad=nodad ;; *) nodad= ;; esac
  ip link add v$0n$nth type veth peer name eth$nth netns $0
  ip address add $2 dev v$0n$nth $nodad
  ip link set v$0n$nth up
  inside ip address add $1 dev eth$nth $nodad
  inside ip link set eth$nth up
  nth=$((nth + 1))
  shift 2
done`;

export async function startContainer({
  cgroup,
  addresses = [],
  runner = [],
  network = 'own',
}: ContainerOptions): Promise<PlainContainer> {
  const folder = path.join(cgroupRoot() ?? '', cgroup);
  fs.mkdirSync(folder, { recursive: true });
  const enter = ['sh', '-c', 'echo $$ >"$0/cgroup.procs" && exec "$@"', folder];
  const change = {
    own: ['unshare', '--net'],
    host: [],
    other: ['nsenter', `--net=/proc/${network}/ns/net`],
  };
  const first = [...runner, ...enter, ...change[typeof network === 'number' ? 'other' : network], 'sleep', '900'];
  const holder = start(first[0] ?? '', first.slice(1));
  const pid = holder.pid ?? 0;
  await until('the container', () => fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sleep');
  const inside = ['nsenter', `--net=/proc/${pid}/ns/net`];
  if (network === 'own') {
    const join = [
      ...runner,
      'sh',
      '-ec',
      joinScript,
      String(pid),
      ...addresses.flatMap((each) => [each, firstAddress(each)]),
    ];
    execFileSync(join[0] ?? '', join.slice(1), { stdio: 'pipe' });
  }
  const programs = new Set<ChildProcess>();
  return {
    pid,
    run: (command) => {
      const program = start('sh', [...enter.slice(1), ...inside, ...command]);
      programs.add(program);
      return program;
    },
    stop: async () => {
      await Promise.all([...programs, holder].map(stop));
      await until('the end of the cgroup', () => isRemoved(folder));
    },
  };
}

/** `172.30.1.2/24` → `172.30.1.1/24`, `fd00:1::2/64` → `fd00:1::1/64` */
function firstAddress(address: string): string {
  return address.replace(/(?<=[.:])[\da-f]+(?=\/)/, '1');
}

/** RACE: the kernel empties a cgroup a moment after the end of its last process. */
function isRemoved(folder: string): boolean {
  try {
    fs.rmdirSync(folder);
  } catch {
    return !fs.existsSync(folder);
  }
  return true;
}

/** cgroups(7): version 1 has a hierarchy without controllers, version 2 has one alone. */
function cgroupRoot(): string | undefined {
  return ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((folder) => {
    try {
      fs.accessSync(path.join(folder, 'cgroup.procs'), fs.constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}
