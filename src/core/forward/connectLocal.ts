import net from 'node:net';
import { UserError, errorCode, errorText } from '../../base/userError.ts';
import type { RelayProblem } from './connections.ts';
import { reset } from './relay.ts';
import type { Endpoint } from '../spec/spec.ts';

/** How long to wait for one address of a name before trying the next in parallel. Node's 250 ms are too short for distant hosts. */
const nextAddressMs = 2000;

/**
 * Connects from this machine. The socket has `allowHalfOpen` and stays paused until the caller reads it.
 *
 * @throws UserError of `localConnectFailed`, or the signal's reason
 */
export async function connectLocal(to: Endpoint, signal: AbortSignal): Promise<net.Socket> {
  signal.throwIfAborted();
  const socket =
    to.kind === 'unix'
      ? net.connect({ path: to.path, allowHalfOpen: true })
      : net.connect({
          host: to.host,
          port: to.port,
          allowHalfOpen: true,
          noDelay: true,
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: nextAddressMs,
        });
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reset(socket);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
    socket.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(new UserError<RelayProblem>(problem(to, error), { cause: error }));
    });
  });
}

function problem(to: Endpoint, error: Error): RelayProblem {
  const reason = reasons[errorCode(error) ?? ''] ?? 'other';
  return { code: 'localConnectFailed', to, reason, detail: errorText(error) };
}

const reasons: Readonly<Record<string, Extract<RelayProblem, { code: 'localConnectFailed' }>['reason']>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'refused',
  ECONNRESET: 'refused',
  ENOTFOUND: 'nameUnknown',
  EAI_AGAIN: 'nameUnknown',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EACCES: 'prohibited',
  EPERM: 'prohibited',
};
