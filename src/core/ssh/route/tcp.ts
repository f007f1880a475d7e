import { type LookupAddress, promises as dns } from 'node:dns';
import net from 'node:net';
import { abortable, after, delay } from '../../../base/delay.ts';
import { errorCode, errorText, isProblem, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { HostProblem } from '../connection.ts';
import { withNamedZone } from './zone.ts';

/** RFC 8305 §5: the delay after which the next address is tried as well. */
const ATTEMPT_DELAY_MS = 250;
/** Node reads 64 KiB at once. This larger buffer makes downloads a quarter faster. */
const READ_BYTES = 256 * 1024;

interface Connected {
  readonly socket: net.Socket;
  /** How long the server took to accept. */
  readonly tookMs: number;
}

/**
 * A TCP connection to the host itself, as ssh_config(5) configures it: AddressFamily, BindAddress, ConnectTimeout …
 * CAUTION: every chunk aliases one reused buffer. Consume or copy it before returning.
 */
export async function connectTcp(config: HostConfig, signal: AbortSignal): Promise<Connected> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(config, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= config.connectionAttempts) throw error;
      await delay(1000, signal);
    }
  }
}

async function connectOnce(config: HostConfig, signal: AbortSignal): Promise<Connected> {
  const addresses = interleaved(await lookup(config, signal));
  const own = new AbortController();
  const stop = AbortSignal.any([signal, own.signal]);
  const { connectTimeoutMs: limitMs } = config;
  // Without ConnectTimeout, the system decides how long it tries.
  const timer = limitMs > 0 ? after(limitMs, () => own.abort(timeout(config))) : undefined;
  try {
    const from = await ownAddresses(config, stop);
    const startedMs = performance.now();
    const socket = await race(config, addresses, from, stop);
    return { socket, tookMs: performance.now() - startedMs };
  } finally {
    clearTimeout(timer);
    own.abort(new Error('another address was faster'));
  }
}

async function lookup(config: HostConfig, signal: AbortSignal): Promise<readonly LookupAddress[]> {
  const family = { any: 0, inet: 4, inet6: 6 }[config.addressFamily];
  try {
    const all = await abortable(dns.lookup(config.hostName, { all: true, family, verbatim: true }), signal);
    // CAUTION: lookup returns a literal address even if it is of the other family.
    const usable = all.filter((address) => family === 0 || address.family === family);
    if (usable.length === 0) throw new Error('no address of the wanted family');
    return await Promise.all(usable.map(async (each) => ({ ...each, address: await withNamedZone(each.address) })));
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError<HostProblem>(
      { code: 'dnsFailed', host: config.name, hostName: config.hostName },
      { cause: error },
    );
  }
}

/** The addresses of BindAddress, which may be a name. As for ssh(1), one of the destination's family is taken. */
async function ownAddresses(config: HostConfig, signal: AbortSignal): Promise<readonly LookupAddress[] | undefined> {
  const { name: host, bindAddress } = config;
  if (bindAddress === undefined) return undefined;
  try {
    return await abortable(dns.lookup(bindAddress, { all: true, verbatim: true }), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw bindFailed(host, bindAddress, error);
  }
}

function bindFailed(host: string, bindAddress: string, cause: unknown): UserError<HostProblem> {
  return new UserError({ code: 'bindFailed', host, bindAddress, detail: errorText(cause) }, { cause });
}

/** RFC 8305 §4: families alternate. The first is the one that the system returned first. */
export function interleaved(addresses: readonly LookupAddress[]): readonly LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const turns = Array.from({ length: Math.max(first.length, second.length) }, (_, index) => [
    first[index],
    second[index],
  ]);
  return turns.flat().filter((address) => address !== undefined);
}

/** The first address that answers wins. When this settles, the sockets of the others are closed. */
async function race(
  config: HostConfig,
  addresses: readonly LookupAddress[],
  own: readonly LookupAddress[] | undefined,
  signal: AbortSignal,
): Promise<net.Socket> {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const attempts: Promise<net.Socket>[] = [];
  try {
    for (const to of addresses) {
      attempts.push(open(config, to, own, stop));
      const connected = Promise.any(attempts).catch(() => undefined);
      const socket = await Promise.race([connected, delay(ATTEMPT_DELAY_MS, stop)]);
      if (socket) return socket;
    }
    return await Promise.any(attempts);
  } catch (error) {
    signal.throwIfAborted();
    const failures: unknown[] = error instanceof AggregateError ? error.errors : [error];
    throw failures.find((failure) => isProblem<HostProblem>(failure, 'connectionRefused')) ?? failures[0];
  } finally {
    over.abort(new Error('another address was faster'));
  }
}

async function open(
  config: HostConfig,
  { address, family }: LookupAddress,
  own: readonly LookupAddress[] | undefined,
  signal: AbortSignal,
): Promise<net.Socket> {
  const localAddress = own?.find((each) => each.family === family)?.address;
  if (own && localAddress === undefined) {
    throw bindFailed(config.name, config.bindAddress ?? '', new Error(`no address of the family of ${address}`));
  }
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = net.connect({
      host: address,
      port: config.port,
      noDelay: true,
      keepAlive: config.tcpKeepAlive,
      ...(localAddress !== undefined && { localAddress }),
      onread: {
        // CAUTION: do not use a new buffer for each read. After an uncaught exception anywhere in the process, Node
        // mixes up the buffers and delivers wrong bytes.
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (bytes, buffer) => {
          socket.emit('data', buffer.subarray(0, bytes));
          return true;
        },
      },
    });
    const onAbort = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => reject(explained(config, address, error)));
    socket.once('close', () => signal.removeEventListener('abort', onAbort));
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
  });
}

function explained(config: HostConfig, address: string, error: Error): UserError<HostProblem> {
  const { name: host, port } = config;
  const code = errorCode(error);
  // Node tells of the system call in words that it adds to the error.
  const isBind = 'syscall' in error && error.syscall === 'bind';
  if (isBind && config.bindAddress !== undefined) return bindFailed(host, config.bindAddress, error);
  if (code === 'ECONNREFUSED') {
    return new UserError<HostProblem>({ code: 'connectionRefused', host, address, port }, { cause: error });
  }
  if (code === 'ETIMEDOUT') return timeout(config);
  return new UserError<HostProblem>(
    { code: 'unreachable', host, address, port, detail: errorText(error) },
    { cause: error },
  );
}

function timeout(config: HostConfig): UserError<HostProblem> {
  return new UserError<HostProblem>({ code: 'timeout', host: config.name, phase: 'connect' });
}
