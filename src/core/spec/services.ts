import fs from 'node:fs';
import path from 'node:path';

let ports: ReadonlyMap<string, number> | undefined;

/** The TCP port of a service by name or alias, as services(5) has it here; undefined where it is not listed. */
export function servicePort(name: string): number | undefined {
  ports ??= readServices();
  return ports.get(name);
}

function readServices(): ReadonlyMap<string, number> {
  const file =
    process.platform === 'win32'
      ? path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'services')
      : '/etc/services';
  const found = new Map<string, number>();
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return found; // A machine without the file has no service names.
  }
  for (const line of text.split('\n')) {
    const [name, portAndProtocol, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const port = /^(\d+)\/tcp$/.exec(portAndProtocol ?? '')?.[1];
    if (name === undefined || port === undefined) continue;
    for (const each of [name, ...aliases]) if (!found.has(each)) found.set(each, Number(port));
  }
  return found;
}
