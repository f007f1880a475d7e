import fs from 'node:fs';
import path from 'node:path';
import { isPort } from './port.ts';

/** A TCP port as a decimal number, with a sign and leading blanks as strtonum(3) takes them, or the name of a service. */
export function readPort(text: string): number | undefined {
  const port = /^[ \t-\r]*[+-]?\d+$/.test(text) ? Number(text) : servicePort(text);
  return port !== undefined && isPort(port) ? port : undefined;
}

let ports: ReadonlyMap<string, number> | undefined;

/** The TCP port of a service name or alias from this machine's services(5). Undefined if the file does not list it. */
function servicePort(name: string): number | undefined {
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
