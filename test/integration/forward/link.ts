import fs from 'node:fs';
import type { TestContext } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import type { HostConfig } from '../../../src/core/config/hostConfig.ts';
import { connect } from '../../../src/core/ssh/connect.ts';
import type { Connection } from '../../../src/core/ssh/connection.ts';
import { sshdConfig } from '../../support/hostConfig.ts';
import { descendants, type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';

export const signal = new AbortController().signal;

export interface Link {
  readonly sshd: Sshd;
  readonly connection: Connection;
  /** How many sockets the sessions of this sshd hold open now. */
  readonly sockets: () => number;
  readonly connectAgain: () => Promise<Connection>;
}

/** A real sshd and a connection to it, both ended with the test. */
export async function startLink(
  t: TestContext,
  options: SshdOptions = {},
  changes: Partial<HostConfig> = {},
): Promise<Link> {
  const sshd = await startSshd(options);
  t.after(() => sshd.stop());
  const connectAgain = async (): Promise<Connection> => {
    const connection = await connect(
      sshdConfig(sshd, changes),
      {
        prompts: {
          hostKey: async () => 'refuse',
          secret: async () => undefined,
          notice: () => undefined,
        },
        log: silentLog,
        resolveHop: () => Promise.reject(new Error('no hops')),
        allowCommand: async () => false,
        interactive: false,
      },
      signal,
    );
    t.after(() => connection.close());
    return connection;
  };
  const connection = await connectAgain();
  return { sshd, connection, connectAgain, sockets: () => openSockets(sshd.process().pid) };
}

function openSockets(pid: number | undefined): number {
  return descendants(pid).flatMap(socketsOf).length;
}

function socketsOf(pid: number): readonly string[] {
  try {
    return fs
      .readdirSync(`/proc/${pid}/fd`)
      .map((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`))
      .filter((target) => target.startsWith('socket:'));
  } catch {
    return []; // It ended meanwhile.
  }
}
