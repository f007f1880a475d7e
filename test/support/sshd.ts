import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { kill, start } from './child.ts';
import { freePort } from './freePort.ts';
import { until } from './until.ts';

/** A real sshd of our own on a free loopback port, with its own keys and configuration. */
export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** Holds everything: keys, sshd_config, known_hosts, ssh_config, log. Removed by `stop`. */
  readonly folder: string;
  /** A private ed25519 key that may log in. */
  readonly keyFile: string;
  /** A known_hosts file with this server's key. */
  readonly knownHostsFile: string;
  /** An ssh_config with one host: `name`. */
  readonly configFile: string;
  readonly process: () => ChildProcess;
  readonly log: () => string;
  /** SIGKILL to the listener and every session, then started again on the same port with the same keys. */
  restart(): Promise<void>;
  /** Ends the listener and every session at once. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** The alias in the written ssh_config. */
  readonly name?: string;
  /** Lines for sshd_config; the first value of a keyword wins over ours. */
  readonly config?: readonly string[];
  /** Lines for the Host block of the written ssh_config. */
  readonly clientConfig?: readonly string[];
  readonly port?: number;
  /** The address that it listens on; 127.0.0.1 if absent. */
  readonly address?: string;
  /** What runs it, for example in a network of its own: a command and its arguments. */
  readonly runner?: readonly string[];
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const { name = 'devbox', config = [], clientConfig = [], address = '127.0.0.1', runner = [] } = options;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sshd-'));
  const file = (base: string): string => path.join(folder, base);
  const port = options.port ?? (await freePort());
  const user = os.userInfo().username;
  for (const key of ['host_ed25519', 'id_ed25519']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', file(key)]);
  }
  fs.copyFileSync(file('id_ed25519.pub'), file('authorized_keys'));
  const hostKey = fs.readFileSync(file('host_ed25519.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  fs.writeFileSync(file('known_hosts'), `[${address}]:${port} ${hostKey}\n`);
  fs.writeFileSync(
    file('sshd_config'),
    [
      ...config,
      `Port ${port}`,
      `ListenAddress ${address}`,
      `HostKey ${file('host_ed25519')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      `PidFile ${file('sshd.pid')}`,
      // The login shell must not run this machine's own start-up files.
      `SetEnv HOME=${folder}`,
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'MaxStartups 1000',
      'MaxSessions 100',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );
  fs.writeFileSync(
    file('ssh_config'),
    [
      `Host ${name}`,
      `  HostName ${address}`,
      `  Port ${port}`,
      `  User ${user}`,
      `  IdentityFile ${file('id_ed25519')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${file('known_hosts')}`,
      '  StrictHostKeyChecking yes',
      ...clientConfig.map((line) => `  ${line}`),
      '',
    ].join('\n'),
  );
  // sshd insists on its privilege-separation folder when it is run by root.
  if (process.getuid?.() === 0) fs.mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });

  let child = await launch(folder, port, runner);
  /** RACE: the listener dies first. A client whose session died first could reconnect to a listener that still lives. */
  const killAll = async (): Promise<void> => {
    const sessions = descendants(child.pid);
    kill(child, 'SIGKILL');
    await until('sshd gone', () => child.exitCode !== null || child.signalCode !== null);
    for (const pid of sessions) tryKill(pid);
  };
  return {
    port,
    user,
    folder,
    keyFile: file('id_ed25519'),
    knownHostsFile: file('known_hosts'),
    configFile: file('ssh_config'),
    process: () => child,
    log: () => fs.readFileSync(file('sshd.log'), 'utf8'),
    restart: async () => {
      await killAll();
      child = await launch(folder, port, runner);
    },
    kill: killAll,
    stop: async () => {
      await killAll();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(folder: string, port: number, runner: readonly string[]): Promise<ChildProcess> {
  const logFile = path.join(folder, 'sshd.log');
  const pidFile = path.join(folder, 'sshd.pid'); // written once it listens
  fs.rmSync(pidFile, { force: true });
  const command = [...runner, '/usr/sbin/sshd', '-D', '-f', path.join(folder, 'sshd_config'), '-E', logFile];
  const child = start(command[0] ?? '', command.slice(1), { stdio: 'ignore' });
  await until(`sshd on port ${port}`, () => {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${fs.readFileSync(logFile, 'utf8')}`);
    return fs.existsSync(pidFile);
  });
  return child;
}

/** PIDs below `pid`, children before grandchildren: sshd's sessions leave its process group. */
export function descendants(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const children = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .map(Number)
    .filter((child) => child > 0);
  return [...children, ...children.flatMap((child) => descendants(child))];
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended already.
  }
}
