/** The container of a process, as its cgroup names it (cgroups(7)). */
export interface Cgroup {
  readonly runtime: ContainerRuntime;
  /** The whole id (64 digits), the name for LXC and systemd-nspawn, or the uid of a Kubernetes pod. */
  readonly id: string;
  /** The uid of the user whose rootless container it is. Absent if root started the container. */
  readonly rootlessUid?: number;
}

export type ContainerRuntime = 'docker' | 'podman' | 'kubernetes' | 'containerd' | 'lxc' | 'nspawn';

/**
 * Reads the path of one cgroup. The innermost container counts. CAUTION: the helpers of a runtime (conmon, the LXC monitor,
 * the supervisor of systemd-nspawn) have a cgroup of the same name, but use the network of the host.
 */
export function parseCgroup(path: string): Cgroup | undefined {
  if (path.length > 1024 || /conmon|lxc\.monitor|\/supervisor(?:\/|$)/.test(path)) return undefined;
  const uid = /\/user@(\d{1,10})\.service\//.exec(path)?.[1];
  const rootless = uid === undefined || uid === '0' ? {} : { rootlessUid: Number(uid) };
  const pod = /.*\/kubepods[^]*?[/-]pod([\da-f_-]{32,40})(?:\.slice)?(?:\/|$)/.exec(path)?.[1];
  if (pod !== undefined) return { runtime: 'kubernetes', id: pod.replaceAll('_', '-'), ...rootless };
  const [, before = '', id] = /^([^]*[/-])([\da-f]{64})(?:\.scope)?(?:\/|$)/.exec(path) ?? [];
  if (id !== undefined) return { runtime: runtimeOf(before), id, ...rootless };
  const lxc = /.*\/lxc(?:\.payload)?[./]([\w.-]{1,64})/.exec(path)?.[1];
  if (lxc !== undefined) return { runtime: 'lxc', id: lxc, ...rootless };
  const machine = /.*\/machine\.slice\/(?:machine-|systemd-nspawn@)([\w.\\-]{1,128}?)\.(?:scope|service)(?:\/|$)/.exec(
    path,
  );
  if (machine?.[1] === undefined) return undefined;
  // systemd.unit(5): a unit name escapes characters as \xHH.
  const name = machine[1].replaceAll(/\\x([\da-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return /^[\w.-]{1,64}$/.test(name) ? { runtime: 'nspawn', id: name, ...rootless } : undefined;
}

function runtimeOf(before: string): ContainerRuntime {
  const component = before.slice(before.lastIndexOf('/', before.length - 2) + 1);
  if (component.startsWith('docker')) return 'docker';
  return component.startsWith('libpod') ? 'podman' : 'containerd';
}

/** The id for people: its first 12 digits, as docker and podman print it, or the name. */
export function shortId({ id }: Cgroup): string {
  return /^[\da-f]{64}$/.test(id) ? id.slice(0, 12) : id.slice(0, 64);
}

/** The container of a process, from /proc/PID/cgroup: a line per hierarchy, `0::PATH` or `5:memory:PATH`. */
export function parseContainer(text: string): string | undefined {
  for (const line of text.split('\n')) {
    const path = /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1];
    const cgroup = path === undefined ? undefined : parseCgroup(path);
    if (cgroup) return shortId(cgroup);
  }
  return undefined;
}
