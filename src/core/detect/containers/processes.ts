import { type Cgroup, parseCgroup } from '../cgroup.ts';

/** A container, and one process in it. */
export interface ContainerProcess {
  readonly pid: number;
  readonly cgroup: Cgroup;
}

/** More containers than this would make the look at their networks too long. */
const maxContainers = 200;

/** One process of each container, the lowest number: it was there first, and stays longest. From lines of /proc/PID/cgroup. */
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
