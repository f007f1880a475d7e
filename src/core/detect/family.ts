import type { PortProcess } from './remotePort.ts';

/**
 * Parent and process group, from /proc/PID/stat (proc(5)) or `ps -o ppid= -o pgid=`. CAUTION: in /proc/PID/stat the
 * process name may contain blanks and brackets, so only what follows the last bracket counts.
 */
export function parseFamily(text: string): Pick<PortProcess, 'parent' | 'group'> {
  const [, parent, group] = /^(?:[^]*\) \S)? *(\d{1,10}) +(\d{1,10})(?: [^)]*)?\s*$/.exec(text) ?? [];
  return parent === undefined ? {} : { parent: Number(parent), group: Number(group) };
}
