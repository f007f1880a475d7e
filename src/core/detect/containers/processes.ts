import { type Cgroup, parseCgroup } from '../cgroup.ts';

/** A container, and one process in it. */
export interface ContainerProcess {
  readonly pid: number;
  readonly cgroup: Cgroup;
}

/** Reading the networks of more containers would take too long. */
const maxContainers = 200;

/** From lines of /proc/PID/cgroup, the process with the lowest PID of each container: it is usually the first and last one. */
export function parseProcesses(text: string): readonly ContainerProcess[] {
  const found = new Map<string, ContainerProcess>();
  for (const line of text.split('\n')) {
    const [, pid, path] = /^\/proc\/(\d{1,10})\/cgroup:\d+:[^:]*:(\/.*)$/.exec(line) ?? [];
    const cgroup = path === undefined ? undefined : parseCgroup(path);
    if (!cgroup) continue;
    const key = `${cgroup.runtime} ${cgroup.id}`;
    const known = found.get(key);
    if (!known || Number(pid) < known.pid) found.set(key, { pid: Number(pid), cgroup });
  }
  return [...found.values()].toSorted((a, b) => a.pid - b.pid).slice(0, maxContainers);
}
