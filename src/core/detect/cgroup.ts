/**
 * The container of a process, from /proc/PID/cgroup (cgroups(7)): the first 12 digits of the id for Docker, Podman,
 * containerd and CRI-O, or the name for LXC and systemd-nspawn.
 */
export function parseContainer(text: string): string | undefined {
  const id = /(?:docker|libpod|crio|containerd|kubepods)[^\n]{0,300}?[-/]([\da-f]{64})\b/.exec(text)?.[1];
  if (id) return id.slice(0, 12);
  return /\/(?:lxc(?:\.payload)?[./]|machine\.slice\/machine-)([\w.-]{1,64})/.exec(text)?.[1]?.replace(/\.scope$/, '');
}
