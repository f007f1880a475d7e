import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

let folder: string | undefined;
let count = 0;
process.on('exit', () => folder !== undefined && fs.rmSync(folder, { recursive: true }));

/** A new known_hosts file with these lines, removed when the process ends. */
export function knownHostsFile(...lines: readonly string[]): string {
  folder ??= fs.mkdtempSync(path.join(os.tmpdir(), 'known-'));
  const file = path.join(folder, `known_hosts_${count++}`);
  fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}
