import os from 'node:os';
import path from 'node:path';

/** What OpenSSH asks the system about the user and the machine, in one place so that tests can say it. */
export interface Environment {
  readonly env: NodeJS.ProcessEnv;
  /** For `~` and %d: what the user database says, whatever HOME is. */
  readonly home: string;
  /** For `~` in Include: glob(3) prefers HOME. */
  readonly includeHome: string;
  readonly userName: string;
  readonly uid: number;
  /** %l, the local host's name. */
  readonly localHost: string;
  readonly systemFolder: string;
}

export function realEnvironment(options: { readonly home?: string; readonly env?: NodeJS.ProcessEnv }): Environment {
  const env = options.env ?? process.env;
  const user = currentUser();
  const home = options.home ?? user.homedir;
  return {
    env,
    home,
    includeHome: options.home ?? env['HOME'] ?? home,
    userName: user.username,
    uid: user.uid,
    localHost: os.hostname(),
    systemFolder: process.platform === 'win32' ? path.join(env['ProgramData'] ?? 'C:\\ProgramData', 'ssh') : '/etc/ssh',
  };
}

/** In a container the user may be in no database. */
function currentUser(): { readonly username: string; readonly homedir: string; readonly uid: number } {
  try {
    return os.userInfo();
  } catch {
    const username = process.env['USER'] ?? process.env['USERNAME'] ?? '';
    return { username, homedir: os.homedir(), uid: process.getuid?.() ?? -1 };
  }
}
