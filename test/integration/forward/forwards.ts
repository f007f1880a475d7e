import type net from 'node:net';
import crypto from 'node:crypto';
import type { TestContext } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import type { RelayProblem } from '../../../src/core/forward/connections.ts';
import type { RunningForward } from '../../../src/core/forward/runningForward.ts';
import { openForward } from '../../../src/core/forward/open.ts';
import type { RemoteForward } from '../../../src/core/forward/remote.ts';
import type { Bind, Endpoint, ForwardSpec } from '../../../src/core/spec/spec.ts';
import type { Connection } from '../../../src/core/ssh/connection.ts';
import { until } from '../../support/until.ts';
import { anyPort, connect, portOf, serve } from '../../unit/forward/loopback.ts';
import { type Link, startLink, type Transport } from './link.ts';

export const megabyte = 1024 * 1024;

const rules = { streamLocalBindUnlink: false, streamLocalBindMask: 0o177, permitRemoteOpen: [] };

export function loopback(port: number): Endpoint {
  return { kind: 'tcp', host: '127.0.0.1', port };
}

export function sha256(data: Buffer): string {
  return crypto.createHash('sha256').update(data).digest('hex');
}

/** Opens a forward over a connection. The test closes it. */
export async function open<F extends RunningForward | RemoteForward>(
  t: TestContext,
  { dial, listenRemote }: Connection,
  spec: ForwardSpec,
  problems: RelayProblem[] = [],
): Promise<F> {
  const onProblem = (problem: RelayProblem): void => void problems.push(problem);
  const forward = await openForward(spec, { rules, dial, listenRemote, onProblem }, never);
  t.after(() => forward.close());
  return forward as F;
}

export function local(
  t: TestContext,
  connection: Connection,
  to: Endpoint,
  problems?: RelayProblem[],
): Promise<RunningForward> {
  return open(t, connection, { kind: 'local', bind: anyPort, to }, problems);
}

export function remote(t: TestContext, connection: Connection, to: Endpoint, bind?: Bind): Promise<RemoteForward> {
  return open(t, connection, { kind: 'remote', bind: bind ?? { kind: 'tcp', host: '127.0.0.1', port: 0 }, to });
}

export interface Through extends Link {
  readonly forward: RunningForward;
  readonly client: () => net.Socket;
  /** The number of channels before the first client. */
  readonly idle: ReturnType<Link['channels']>;
  /** The number of open connections of the server. */
  readonly open: () => number;
}

/** A server behind a local forward. */
export async function through(
  t: TestContext,
  transport: Transport,
  onSocket: (socket: net.Socket) => unknown,
): Promise<Through> {
  const link = await startLink(t, transport);
  const server = await serve(t, onSocket);
  const forward = await local(t, link.connection, loopback(server.port));
  return { ...link, forward, client: () => connect(t, portOf(forward)), idle: link.channels(), open: server.open };
}

export async function nothingLeft({ forward, channels, idle }: Through): Promise<void> {
  await until('no connection is left', () => forward.traffic().openConnections === 0);
  await until('no channel is left here', () => channels().here <= idle.here);
  await until('no channel is left there', () => channels().there <= idle.there);
}
