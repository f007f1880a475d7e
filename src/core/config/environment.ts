import os from 'node:os';
import path from 'node:path';

/** What OpenSSH asks the system about the user and the machine. Tests pass their own. */
export interface Environment {
  readonly env: NodeJS.ProcessEnv;
  /** For `~` and %d. It comes from the user database, not from HOME. */
  readonly home: string;
  /** For `~` in Include, where glob(3) prefers HOME. */
  readonly includeHome: string;
  readonly userName: string;
  readonly uid: number;
  /** %l */
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

/** In a container the user database may lack the user. */
function currentUser(): { readonly username: string; readonly homedir: string; readonly uid: number } {
  try {
    return os.userInfo();
  } catch {
    const username = process.env['USER'] ?? process.env['USERNAME'] ?? '';
    return { username, homedir: os.homedir(), uid: process.getuid?.() ?? -1 };
  }
}
