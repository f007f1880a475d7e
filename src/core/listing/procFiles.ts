/**
 * The lines of the files /proc/PID/NAME, by PID, from the output of grep(1), which puts the file's name before each line.
 * Lines of other files are left out.
 */
export function linesByPid(text: string, name: string): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  const middle = `/${name}:`;
  for (const line of text.split('\n')) {
    const pid = /^\/proc\/(\d{1,10})\//.exec(line)?.[1];
    if (pid === undefined || !line.startsWith(middle, 6 + pid.length)) continue;
    const rest = line.slice(6 + pid.length + middle.length);
    const lines = found.get(Number(pid));
    if (lines) lines.push(rest);
    else found.set(Number(pid), [rest]);
  }
  return found;
}
