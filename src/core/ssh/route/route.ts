import type { Duplex } from 'node:stream';
import type { Log } from '../../../base/log.ts';
import { Scope } from '../../../base/scope.ts';
import { privateFolder } from '../../../base/socketFolder.ts';
import { isProblem, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { Destination } from '../../spec/destination.ts';
import type { DialProblem } from '../../forward/dial.ts';
import type { Connection, HostProblem } from '../connection.ts';
import { ProgramOutput, tell } from '../programOutput.ts';
import { listenForQuestions } from './askpass.ts';
import { type Answering, relaying } from '../openssh/questions.ts';
import type { Prompts } from '../prompts.ts';
import { startProxy } from './proxyCommand.ts';
import { connectTcp } from './tcp.ts';

/** A stream to the server's SSH port, and what it goes through. */
export interface Route {
  readonly stream: Duplex;
  /** For people: the IP address, or the host's name if a proxy or jump host resolved it. */
  readonly address: string;
  /** Names of the jump hosts, first to last. */
  readonly via: readonly string[];
  /** Why the route itself broke. Undefined while it works. */
  failure(): Promise<UserError<HostProblem> | undefined>;
  /** What the TCP connection has used of ConnectTimeout. As for ssh(1), a proxy and a jump host use nothing. */
  readonly usedMs: number;
  /** May a proxy of the route wait, or have waited, for a person? */
  hasWaited(): boolean;
  /** Closes everything that carries the route. Safe twice. */
  close(): Promise<void>;
}

/** A jump host that we are connected to. */
export interface Hop {
  readonly name: string;
  readonly connection: Connection;
}

export interface RouteDeps {
  readonly prompts: Prompts;
  readonly log: Log;
  readonly resolveHop: (hop: Destination, signal: AbortSignal) => Promise<HostConfig>;
  readonly allowCommand: (command: string) => Promise<boolean>;
  /** Connects to a jump host; `through` is the hop before it. */
  readonly connectHop: (hop: HostConfig, through: Hop | undefined, signal: AbortSignal) => Promise<Connection>;
}

/** @param through the hop before this host, which then overrides the host's own proxy, as with ssh(1) -J. */
export async function openRoute(
  config: HostConfig,
  through: Hop | undefined,
  deps: RouteDeps,
  signal: AbortSignal,
): Promise<Route> {
  if (through) return throughHop(config, through, signal);
  switch (config.proxy.kind) {
    case 'none':
      return direct(config, signal);
    case 'command':
      return throughCommand(config, config.proxy.command, deps, signal);
    case 'jump':
      return throughHops(config, config.proxy.hops, deps, signal);
  }
}

async function direct(config: HostConfig, signal: AbortSignal): Promise<Route> {
  const { socket: stream, tookMs } = await connectTcp(config, signal);
  return {
    stream,
    usedMs: tookMs,
    address: stream.remoteAddress ?? config.hostName,
    via: [],
    failure: async () => undefined,
    hasWaited: () => false,
    close: async () => void stream.destroy(),
  };
}

async function throughCommand(
  config: HostConfig,
  command: string,
  { allowCommand, prompts, log }: RouteDeps,
  signal: AbortSignal,
): Promise<Route> {
  if (!(await allowCommand(command))) throw new UserError({ code: 'commandNotAllowed', command });
  signal.throwIfAborted();
  const scope = new Scope();
  let isCancelled = false;
  const onCancel = (): void => {
    isCancelled = true;
    void scope.close();
  };
  try {
    const canAsk = !config.batchMode && process.platform !== 'win32';
    const env = canAsk && (await askpassEnv(relaying(config, prompts, onCancel, closedWith(scope, signal)), scope));
    const output = scope.add(new ProgramOutput((text) => tell(text, config, prompts, log)));
    const proxy = startProxy(command, { ...process.env, ...env }, (text) => output.read(text));
    scope.defer(() => proxy.close());
    return {
      stream: proxy.stream,
      usedMs: 0,
      address: config.hostName,
      via: [],
      failure: async () => {
        if (isCancelled) return new UserError<HostProblem>({ code: 'cancelled' });
        const detail = await proxy.failure();
        if (detail === undefined) return undefined;
        const hasWaited = proxy.hasWaited() && { hasWaited: true };
        return new UserError<HostProblem>({ code: 'proxyFailed', host: config.name, command, detail, ...hasWaited });
      },
      hasWaited: () => proxy.hasWaited(),
      close: () => scope.close(),
    };
  } catch (error) {
    await scope.close();
    throw error;
  }
}

/** The environment that makes a command such as `ssh -W %h:%p gate` ask us, because it has no terminal here. */
async function askpassEnv(answer: Answering, scope: Scope): Promise<NodeJS.ProcessEnv> {
  const askpass = await listenForQuestions(await privateFolder(scope), answer);
  scope.defer(() => askpass.close());
  return askpass.env;
}

/** A signal that also aborts when the scope closes: nobody reads the answer to a question of a program that ended. */
function closedWith(scope: Scope, signal: AbortSignal): AbortSignal {
  const closed = new AbortController();
  scope.defer(() => closed.abort());
  return AbortSignal.any([signal, closed.signal]);
}

async function throughHops(
  config: HostConfig,
  hops: readonly Destination[],
  deps: RouteDeps,
  signal: AbortSignal,
): Promise<Route> {
  const passed: Hop[] = [];
  const close = async (): Promise<void> => {
    for (const { connection } of passed.toReversed()) await connection.close();
  };
  try {
    for (const hop of hops) {
      const resolved = await deps.resolveHop(hop, signal);
      const connection = await deps.connectHop(resolved, passed.at(-1), signal);
      passed.push({ name: resolved.name, connection });
    }
    const last = passed.at(-1);
    if (!last) return await direct(config, signal);
    return { ...(await throughHop(config, last, signal)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function throughHop(config: HostConfig, { name, connection }: Hop, signal: AbortSignal): Promise<Route> {
  try {
    const stream = await connection.dial({ kind: 'tcp', host: config.hostName, port: config.port }, signal);
    return {
      stream,
      usedMs: 0,
      address: config.hostName,
      via: [...connection.facts.via, name],
      failure: async () => undefined,
      hasWaited: () => false,
      close: async () => void stream.destroy(),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!isProblem<DialProblem>(error, 'connectFailed', 'forwardingProhibited', 'channelRefused', 'linkLost'))
      throw error;
    const why = error.problem;
    throw new UserError<HostProblem>({ code: 'jumpFailed', host: config.name, via: name, why }, { cause: error });
  }
}
