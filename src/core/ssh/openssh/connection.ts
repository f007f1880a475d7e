import { setMaxListeners } from 'node:events';
import type { Scope } from '../../../base/scope.ts';
import type { Connection, ConnectionEnd } from '../connection.ts';
import { linkLost } from '../linkLost.ts';
import { opensshDial, opensshRoundTrip } from './dial.ts';
import { opensshExec } from './exec.ts';
import type { LoggedInMaster } from './login.ts';
import type { Master } from './master.ts';
import { opensshListenRemote } from './remoteListeners.ts';

/** The connection that a master carries. Closes `scope` when the master ends. */
export function opensshConnection(loggedIn: LoggedInMaster, scope: Scope): Connection {
  const { folder, log, facts } = loggedIn;
  let end: ConnectionEnd | undefined;
  const closed = loggedIn.ended.then((): ConnectionEnd => (end ??= { kind: 'lost', why: 'ended', detail: '' }));
  const lost = new AbortController();
  setMaxListeners(0, lost.signal); // each open stream adds a listener
  void closed.then(() => lost.abort(linkLost()));
  void closed.then(() => scope.close());
  const master: Master = { folder, log, lost: lost.signal, ...loggedIn.commands };
  const dial = opensshDial(master);
  const roundTrip = opensshRoundTrip(dial);
  const ping = async (signal: AbortSignal): Promise<number> => {
    const sentAt = performance.now();
    await roundTrip(signal);
    return performance.now() - sentAt;
  };
  return {
    facts,
    dial,
    exec: opensshExec(master),
    listenRemote: opensshListenRemote(master, roundTrip, scope),
    ping,
    signOfLife: roundTrip,
    retransmits: async () => undefined,
    giveUp: () => {
      end ??= { kind: 'lost', why: 'keepalive', detail: '' };
      loggedIn.kill();
    },
    closed,
    close: async () => {
      end ??= { kind: 'closed' };
      await scope.close();
    },
  };
}
