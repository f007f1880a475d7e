import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Scope } from '../../src/base/scope.ts';
import { type DevServer, startDevServer } from '../../test/support/devServer.ts';
import { startRemote } from './remote.ts';

/** The demo remote with all that a client needs to reach it, in a private folder. */
export interface Demo {
  /** The alias in the ssh_config. */
  readonly host: string;
  /** An ssh_config with the demo remote, then everything of the user's own. */
  readonly configFile: string;
  /** A web server on the remote; ended with it. */
  startDevServer(): Promise<DevServer>;
  close(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const scope = new Scope();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ssh-ports-demo-')); // mode 0700
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  const remote = scope.add(await startRemote());
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const host = 'demo';
  const key = write('id_ed25519', remote.privateKey);
  const knownHosts = write('known_hosts', `[127.0.0.1]:${remote.port} ${remote.hostKey}\n`);
  const configFile = write(
    'config',
    [
      `Host ${host}`,
      '  HostName 127.0.0.1',
      `  Port ${remote.port}`,
      `  User ${os.userInfo().username}`,
      `  IdentityFile "${key}"`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile "${knownHosts}"`,
      '  StrictHostKeyChecking yes',
      '  ProxyJump none',
      '',
      'Host *',
      `  Include "${path.join(os.homedir(), '.ssh', 'config')}"`,
      '',
    ].join('\n'),
  );
  return {
    host,
    configFile,
    startDevServer: async () => {
      const server = await startDevServer(folder);
      scope.defer(() => server.stop());
      return server;
    },
    close: () => scope.close(),
  };
}
