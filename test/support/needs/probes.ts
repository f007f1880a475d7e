import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

// What is on this machine. Each probe looks anew, since an installation may come between two looks.

export function hasFile(file: string): boolean {
  return fs.existsSync(file);
}

/** Is there such a program on PATH? */
export function hasProgram(name: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return folders.some((folder) => fs.existsSync(path.join(folder, file)));
}

/** Can Debian's Python import it? */
export function hasPython(module: string): boolean {
  return succeeds('/usr/bin/python3', [
    '-c',
    `import importlib.util as u, sys; sys.exit(not u.find_spec('${module}'))`,
  ]);
}

/** Can Debian's Ruby load it? */
export function hasRuby(library: string): boolean {
  return succeeds('/usr/bin/ruby', [`-r${library}`, '-e', 'exit!(true)']); // Sinatra starts a server at an ordinary exit
}

export function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
