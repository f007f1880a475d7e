import fs from 'node:fs';
import type { TestContext } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { HostConfig } from '../../../src/core/config/hostConfig.ts';
import { connect } from '../../../src/core/ssh/builtin/connect.ts';
import type { Connection, ConnectionFacts } from '../../../src/core/ssh/connection.ts';
import { connectOpenssh } from '../../../src/core/ssh/openssh/connect.ts';
import { sshdConfig } from '../../support/hostConfig.ts';
import { descendants, type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';

export type Transport = ConnectionFacts['transport'];
export const transports: readonly Transport[] = ['builtin', 'openssh'];

export interface Link {
  readonly sshd: Sshd;
  readonly connection: Connection;
  /** The number of open channels: counted on our side, and as sockets of this sshd's sessions. */
  readonly channels: () => { readonly here: number; readonly there: number };
  /** Another connection to the same server. By default it uses the same transport. */
  readonly connectAgain: (by?: Transport) => Promise<Connection>;
}

/** A real sshd and a connection to it. The test ends both. */
export async function startLink(
  t: TestContext,
  transport: Transport,
  options: SshdOptions = {},
  changes: Partial<HostConfig> = {},
): Promise<Link> {
  const sshd = await startSshd(options);
  t.after(() => sshd.stop());
  const login = async (by: Transport): Promise<Opened> => {
    const opened = await openers[by](sshd, changes);
    t.after(() => opened.connection.close());
    return opened;
  };
  const { connection, channelsHere } = await login(transport);
  return {
    sshd,
    connection,
    connectAgain: async (by = transport) => (await login(by)).connection,
    channels: () => ({ here: channelsHere(), there: descendants(sshd.process().pid).flatMap(socketsOf).length }),
  };
}

interface Opened {
  readonly connection: Connection;
  readonly channelsHere: () => number;
}

const deps = {
  prompts: {
    hostKey: async () => 'refuse' as const,
    secret: async () => undefined,
    addToAgent: async () => false,
    notice: () => undefined,
  },
  log: silentLog,
  allowCommand: async () => false,
};

const openers: Readonly<Record<Transport, (sshd: Sshd, changes: Partial<HostConfig>) => Promise<Opened>>> = {
  builtin: async (sshd, changes) => {
    const resolveHop = (): Promise<HostConfig> => Promise.reject(new Error('no hops'));
    const connection = await connect(sshdConfig(sshd, { batchMode: true, ...changes }), { ...deps, resolveHop }, never);
    return { connection, channelsHere: () => connection.openChannels() };
  },
  openssh: async (sshd, changes) => {
    const args = ['-F', sshd.configFile];
    const connection = await connectOpenssh(
      sshdConfig(sshd, { batchMode: true, ...changes }),
      { ...deps, args },
      never,
    );
    const pid = masterOf(sshd);
    return {
      connection,
      channelsHere: () => {
        const listening = listeningSockets();
        return socketsOf(pid).filter((socket) => !listening.has(socket)).length;
      },
    };
  },
};

/** Our latest `ssh` master process with a connection to this sshd. */
function masterOf(sshd: Sshd): number {
  const masters = descendants(process.pid).filter((pid) => {
    const [program, ...args] = commandLine(pid);
    return program === 'ssh' && args.includes(sshd.configFile) && args.some((arg) => /^-NTv+M$/.test(arg));
  });
  return Math.max(...masters);
}

/** Empty if the process has ended. RACE: it may end after `ps` lists it. */
function commandLine(pid: number): readonly string[] {
  const file = `/proc/${pid}/cmdline`;
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\0') : [];
}

/** proc_net(5) unix: the fourth field has the flags (10000 while listening), the seventh the inode. */
function listeningSockets(): ReadonlySet<string> {
  const lines = fs.readFileSync('/proc/net/unix', 'utf8').split('\n');
  const listeners = lines.map((line) => line.split(/\s+/)).filter((fields) => fields[3] === '00010000');
  return new Set(listeners.map((fields) => `socket:[${fields[6]}]`));
}

function socketsOf(pid: number): readonly string[] {
  try {
    return fs
      .readdirSync(`/proc/${pid}/fd`)
      .map((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`))
      .filter((target) => target.startsWith('socket:'));
  } catch {
    return []; // RACE: the process may have ended.
  }
}
