import fs from 'node:fs';
import type { Sshd } from './sshd.ts';

/** Adds another host for the same sshd to its ssh_config. `lines` win over the lines that every host of it has. */
export function addAlias({ configFile }: Sshd, name: string, lines: readonly string[] = []): void {
  const [, common = ''] = /^Host .*\n((?: .*\n)+)/u.exec(fs.readFileSync(configFile, 'utf8')) ?? [];
  fs.appendFileSync(configFile, [`Host ${name}`, ...lines.map((line) => `  ${line}`), common].join('\n'));
}
