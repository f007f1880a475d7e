import { PassThrough } from 'node:stream';
import { UserError } from '../../src/base/userError.ts';
import type { Connection, ConnectionEnd } from '../../src/core/ssh/connection.ts';

export interface FakeConnection extends Connection {
  lose(): void;
}

/** A connection that carries nothing real. `dead`: no answer comes over it any more, and nobody has noticed. */
export function connection(kind: 'live' | 'dead' = 'live'): FakeConnection {
  let end: (how: ConnectionEnd) => void = () => undefined;
  const closed = new Promise<ConnectionEnd>((resolve) => (end = resolve));
  const facts = {
    transport: 'builtin',
    serverVersion: '',
    cipher: '',
    kex: '',
    hostKey: '',
    via: [],
    authMethod: '',
  } as const;
  const lose = (): void => end({ kind: 'lost', why: 'ended', detail: '' });
  const lost = closed.then(() => Promise.reject(new UserError({ code: 'linkLost' })));
  lost.catch(() => undefined);
  const refuse = (): Promise<never> => Promise.reject(new Error('not part of this test'));
  return {
    facts,
    dial: () => (kind === 'live' ? Promise.resolve(new PassThrough()) : lost),
    exec: refuse,
    listenRemote: () => (kind === 'live' ? refuse() : lost),
    ping: () => (kind === 'live' ? refuse() : lost),
    signOfLife: () => (kind === 'live' ? Promise.resolve() : lost),
    retransmits: async () => undefined,
    giveUp: lose,
    closed,
    close: async () => end({ kind: 'closed' }),
    lose,
  };
}
