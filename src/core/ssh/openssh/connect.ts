import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { abortable, delay } from '../../../base/delay.ts';
import { type Log, prefixed } from '../../../base/log.ts';
import { Scope } from '../../../base/scope.ts';
import { errorCode, errorText, UserError } from '../../../base/userError.ts';
import { signalGroup } from '../../../base/processGroup.ts';
import { withStreams } from '../../../base/withStreams.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { listenForQuestions, privateFolder } from '../route/askpass.ts';
import type { ConnectDeps } from '../connectDeps.ts';
import type { Connection, ConnectionEnd, ConnectionFacts, HostProblem } from '../connection.ts';
import { appendKnownHosts } from '../hostkeys/knownHostsFiles.ts';
import { linkLost } from '../linkLost.ts';
import { OpensshLog } from './log.ts';
import { opensshVersion } from './version.ts';
import { opensshDial, opensshExec, opensshListenRemote, opensshRoundTrip } from './dial.ts';
import { answering, explain } from './questions.ts';
import { PromptTimeouts, withoutTimeout } from '../promptTimeouts.ts';
import { printable } from '../printable.ts';
import { endTied, spawnTied, type TiedProcess } from './tiedProcess.ts';

/** Without a login or a question, this long must be enough. */
const CONNECT_MS = 60_000;

export interface OpensshDeps extends Pick<ConnectDeps, 'prompts' | 'log' | 'interactive' | 'allowCommand'> {
  /** Where ssh(1) is, if not in the PATH. */
  readonly program?: string;
  /** Further arguments, for example `-F` and a configuration file. */
  readonly args?: readonly string[];
}

/** An ssh master process, and how to talk to it. */
export interface Master {
  readonly folder: string;
  readonly log: OpensshLog;
  /** Aborted with `linkLost` when the master is gone. */
  readonly lost: AbortSignal;
  /** Runs `ssh -S … ARGS HOST [COMMAND]` through the master. */
  run(args: readonly string[], command?: string): ChildProcessWithoutNullStreams;
  /** As `run`. Resolves with the output, or rejects with what it wrote to stderr. */
  control(args: readonly string[], signal: AbortSignal): Promise<string>;
  /** Asks the control socket, which is the first thing to vanish. */
  isAlive(): Promise<boolean>;
}

/**
 * The second transport: the system's ssh(1) as a master (ssh_config(5) ControlMaster) in a private folder. It can do
 * whatever that ssh can: newer key exchanges, certificates, PKCS#11, GSSAPI. It reads the user's configuration itself.
 * Not on Windows, whose OpenSSH has no ControlMaster.
 */
export async function connectOpenssh(config: HostConfig, deps: OpensshDeps, signal: AbortSignal): Promise<Connection> {
  const { program = 'ssh', args = [] } = deps;
  const log = prefixed(deps.log, config.name);
  const scope = new Scope();
  // ssh would run them unasked.
  for (const command of [
    config.proxy.kind === 'command' ? config.proxy.command : undefined,
    config.knownHostsCommand,
  ]) {
    if (command !== undefined && !(await deps.allowCommand(command))) {
      throw new UserError({ code: 'commandNotAllowed', command });
    }
  }
  try {
    const folder = await privateFolder(scope);
    const ownSession = sessionOptions(await opensshVersion(program));
    const socket = path.join(folder, 'm');
    const newKnownHosts = path.join(folder, 'known');
    let isRemembering = config.strictHostKeyChecking === 'accept-new' || config.strictHostKeyChecking === 'no';
    /** Aborted with the reason why there will be no login. */
    const failed = new AbortController();
    const timeouts = new PromptTimeouts();
    scope.defer(() => timeouts.stop());
    timeouts.start(CONNECT_MS, () =>
      failed.abort(new UserError<HostProblem>({ code: 'timeout', host: config.name, phase: 'connect' })),
    );
    const askpass = await listenForQuestions(
      folder,
      answering(
        config,
        withoutTimeout(deps.prompts, timeouts),
        {
          onRemember: () => (isRemembering = true),
          onCancel: () => failed.abort(new UserError<HostProblem>({ code: 'cancelled' })),
        },
        signal,
      ),
    );
    scope.defer(() => askpass.close());

    // ssh writes new host keys to the first file: one of ours, so that "once" leaves nothing behind.
    const knownHosts = [newKnownHosts, ...config.userKnownHostsFiles].map((file) => `"${file}"`).join(' ');
    const options = [
      ...ownSession,
      'ControlPersist=no',
      `UserKnownHostsFile=${knownHosts}`,
      ...(deps.interactive === false ? ['BatchMode=yes'] : []),
      // ssh would let a changed key pass.
      ...(config.strictHostKeyChecking === 'no' ? ['StrictHostKeyChecking=accept-new'] : []),
    ];
    const child = spawnTied(program, [...args, ...asFlags(options), '-NTvvM', '-S', socket, config.name], {
      ...process.env,
      ...askpass.env,
      LC_ALL: 'C',
    });
    scope.defer(() => endTied(child));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-64 * 1024)));
    const ended = once(child, 'close').catch((error: unknown) => {
      stderr += errorText(error); // the system has no room for it
    });

    void ended.then(() => failed.abort(explain(config, messages(stderr))));
    await untilExists(socket, AbortSignal.any([signal, failed.signal]));
    timeouts.stop();
    const masterLog = new OpensshLog();
    child.stderr.removeAllListeners('data').on('data', (text: string) => masterLog.read(text));
    if (isRemembering) await remember(newKnownHosts, config.userKnownHostsFiles[0], log);
    const via = config.proxy.kind === 'jump' ? config.proxy.hops.map((hop) => hop.host) : [];
    const facts = { ...readFacts(stderr), via };
    log.info(`logged in with the system's ssh (${facts.authMethod})`);
    const master = { program, args: [...args, ...asFlags(ownSession)], folder, socket, child, log: masterLog };
    return connection(config, master, ended, facts, scope);
  } catch (error) {
    await scope.close();
    signal.throwIfAborted();
    throw error;
  }
}

function asFlags(options: readonly string[]): readonly string[] {
  return options.flatMap((option) => ['-o', option]);
}

/** What a configuration may say of the sessions that a person opens, undone for ours. */
function sessionOptions(version = Infinity): readonly string[] {
  return [
    'ClearAllForwardings=yes',
    'RemoteCommand=none',
    'RequestTTY=no',
    'PermitLocalCommand=no',
    // An ssh that does not know a keyword fails.
    ...(version < 8.7 ? [] : ['StdinNull=no', 'ForkAfterAuthentication=no']),
  ];
}

/** ssh creates its control socket once it is logged in. */
async function untilExists(file: string, signal: AbortSignal): Promise<void> {
  while (
    !(await fs.access(file).then(
      () => true,
      () => false,
    ))
  )
    await delay(20, signal);
}

function connection(
  config: HostConfig,
  ssh: {
    program: string;
    args: readonly string[];
    folder: string;
    socket: string;
    child: TiedProcess;
    log: OpensshLog;
  },
  ended: Promise<unknown>,
  facts: ConnectionFacts,
  scope: Scope,
): Connection {
  let end: ConnectionEnd | undefined;
  const closed = ended.then((): ConnectionEnd => (end ??= { kind: 'lost', why: 'ended', detail: '' }));
  const lost = new AbortController();
  setMaxListeners(0, lost.signal); // every open connection hears of it
  void closed.then(() => lost.abort(linkLost()));
  const run = (args: readonly string[], command?: string): ChildProcessWithoutNullStreams => {
    // A master that is gone must not be replaced by a connection of its own.
    const alone = ['-o', 'ControlMaster=no', '-o', 'ProxyJump=none', '-o', 'ProxyCommand=false'];
    // The forwards of the configuration are not for the master: with -O it would open them, too.
    const own = args.includes('-O') ? ['-F', 'none'] : ssh.args;
    const all = [...own, '-S', ssh.socket, ...alone, ...args, config.name];
    const env = { ...process.env, LC_ALL: 'C' };
    return withStreams(spawn(ssh.program, command === undefined ? all : [...all, command], { env }));
  };
  const master: Master = {
    folder: ssh.folder,
    run,
    log: ssh.log,
    lost: lost.signal,
    isAlive: () => answers(ssh.socket),
    control: async (args, signal) => {
      const child = run(args);
      child.stdin.end();
      let [output, errors] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
      const exited = once(child, 'close') as Promise<[number | null]>;
      const [status] = await abortable(exited, signal).finally(() => child.kill());
      if (status !== 0) throw new Error(errors.trim());
      return output.trim();
    },
  };
  void closed.then(() => scope.close());
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
      signalGroup(ssh.child, 'SIGKILL');
    },
    closed,
    close: async () => {
      end ??= { kind: 'closed' };
      await scope.close();
    },
  };
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath);
    socket.once('connect', () => resolve(true));
    // A full backlog has somebody behind it, and a want of file descriptors says nothing about the other side.
    socket.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(errorCode(error) ?? '')));
    socket.once('connect', () => socket.destroy());
  });
}

/** What `-vv` tells on the way. Jump hosts tell the same before, so the last one counts. */
function readFacts(stderr: string): Omit<ConnectionFacts, 'via'> {
  const last = (pattern: RegExp): string => [...stderr.matchAll(pattern)].at(-1)?.[1]?.trim() ?? '';
  return {
    transport: 'openssh',
    serverVersion: `SSH-2.0-${printable(last(/remote software version (.*)/g))}`,
    cipher: last(/kex: server->client cipher: (\S+)/g),
    kex: last(/kex: algorithm: (\S+)/g),
    hostKey: last(/kex: host key algorithm: (\S+)/g),
    authMethod: last(/Authenticated to .* using "(.*?)"/g),
  };
}

/** Without what `-vv` adds. */
function messages(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => !/^(debug\d:|OpenSSH_|Authenticated to )/.test(line));
  return lines.join('\n');
}

/** What ssh wrote to the file of ours goes to the user's. */
async function remember(from: string, to: string | undefined, log: Log): Promise<void> {
  if (to === undefined) return;
  try {
    await appendKnownHosts(to, await fs.readFile(from, 'utf8'));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') log.warn(`host key not remembered: ${errorText(error)}`);
  }
}
