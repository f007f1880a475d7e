import os from 'node:os';
import path from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/** The folder for a program's data of this user that stay on this machine. */
export function dataFolder(name: string, env: Variables = process.env, platform = process.platform): string {
  const home = env['HOME'] || os.homedir();
  if (platform === 'win32') return path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), name);
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', name);
  return path.join(env['XDG_DATA_HOME'] || path.join(home, '.local', 'share'), name);
}

/** The folder of `mkcert -CAROOT`. */
export function mkcertFolder(env: Variables = process.env): string {
  return env['CAROOT'] || dataFolder('mkcert', env);
}
