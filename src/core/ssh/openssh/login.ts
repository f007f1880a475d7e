import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { after, delay } from '../../../base/delay.ts';
import type { Log } from '../../../base/log.ts';
import { signalGroup } from '../../../base/processGroup.ts';
import type { Scope } from '../../../base/scope.ts';
import { privateFolder } from '../../../base/socketFolder.ts';
import { errorCode, errorText, isProblem, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { ConnectDeps } from '../connectDeps.ts';
import type { ConnectionFacts, HostProblem } from '../connection.ts';
import { appendKnownHosts } from '../hostkeys/knownHostsFiles.ts';
import { ProgramOutput, tell } from '../programOutput.ts';
import { listenForQuestions } from '../route/askpass.ts';
import { PERSON_MS, UNATTENDED } from '../waiting.ts';
import { asFlags, masterOptions, sessionOptions } from './arguments.ts';
import { OpensshLog } from './log.ts';
import { type MasterCommands, masterCommands } from './master.ts';
import { answering, explain } from './questions.ts';
import { endTied, spawnTied, type TiedProcess } from './tiedProcess.ts';
import { isMessage, messages, readFacts } from './verboseOutput.ts';
import { opensshVersion } from './version.ts';

const STDERR_TAIL = 64 * 1024;

export interface OpensshDeps extends Pick<ConnectDeps, 'prompts' | 'log' | 'allowCommand' | 'isUnattended'> {
  /** The ssh(1) to run, if not the one in the PATH. */
  readonly program?: string;
  /** Further arguments, for example `-F` and a configuration file. */
  readonly args?: readonly string[];
}

/** A master process that is logged in. */
export interface LoggedInMaster {
  readonly commands: MasterCommands;
  readonly folder: string;
  /** Ends it at once. */
  readonly kill: () => void;
  /** Settles when the process has ended. Never rejects. */
  readonly ended: Promise<unknown>;
  readonly log: OpensshLog;
  readonly facts: ConnectionFacts;
}

/** Starts a master and waits until it is logged in. Whatever it creates, it adds to `scope`. */
export async function logIn(
  config: HostConfig,
  deps: OpensshDeps,
  scope: Scope,
  signal: AbortSignal,
): Promise<LoggedInMaster> {
  const { program = 'ssh', args = [], log } = deps;
  const folder = await privateFolder(scope);
  const socket = path.join(folder, 'm');
  const newKnownHosts = path.join(folder, 'known');
  /** Aborted with the reason when the login fails. */
  const failed = new AbortController();
  let isRemembering = config.strictHostKeyChecking === 'accept-new' || config.strictHostKeyChecking === 'no';
  const events = {
    onRemember: () => (isRemembering = true),
    onCancel: () => failed.abort(new UserError<HostProblem>({ code: 'cancelled' })),
  };
  const answer = answering(config, deps.prompts, events, signal);
  const askpass = await listenForQuestions(folder, answer);
  scope.defer(() => askpass.close());

  const session = sessionOptions(await opensshVersion(program));
  const options = [...session, ...masterOptions(config, newKnownHosts)];
  const env = { ...process.env, ...askpass.env, LC_ALL: 'C' };
  const child = spawnTied(program, [...args, ...asFlags(options), '-NTvvM', '-S', socket, config.name], env);
  scope.defer(() => endTied(child));
  const login = followLogin(child, config, deps, scope);
  void login.failed.then((problem) => failed.abort(problem));
  await untilExists(socket, AbortSignal.any([signal, failed.signal]));
  await login.over();
  const masterLog = new OpensshLog();
  child.stderr.removeAllListeners('data').on('data', (text: string) => masterLog.read(text));
  if (isRemembering) await remember(newKnownHosts, config.userKnownHostsFiles[0], log);
  const via = config.proxy.kind === 'jump' ? config.proxy.hops.map((hop) => hop.host) : [];
  const address = { program, args: [...args, ...asFlags(session)], socket, host: config.name };
  const kill = (): void => signalGroup(child, 'SIGKILL');
  const facts = { ...readFacts(login.stderr()), via };
  return { commands: masterCommands(address), folder, kill, ended: login.ended, log: masterLog, facts };
}

interface FollowedLogin {
  readonly stderr: () => string;
  /** Settles when the process has ended. Never rejects. */
  readonly ended: Promise<unknown>;
  /** Settles when the login has failed, or takes too long where nobody waits for it. */
  readonly failed: Promise<UserError<HostProblem>>;
  /** Shows the rest of what ssh said, and follows no further. */
  over(): Promise<void>;
}

/** Follows a login by what ssh writes to its stderr, and shows what is meant for people. */
function followLogin(
  child: TiedProcess,
  config: HostConfig,
  { prompts, log, isUnattended }: OpensshDeps,
  scope: Scope,
): FollowedLogin {
  let stderr = '';
  /** When the user's login began. ssh prints the line at each hop, so the destination's is the last. */
  let loginAt = Infinity;
  const output = scope.add(new ProgramOutput((text) => tell(text, config, prompts, log), isMessage));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_TAIL);
    if (text.includes('SSH2_MSG_SERVICE_ACCEPT')) loginAt = Date.now();
    output.read(text);
  });
  const ended = once(child, 'close').catch((error: unknown) => {
    stderr += errorText(error); // the system could not start the program
  });
  const timeout = (): UserError<HostProblem> =>
    new UserError({ code: 'timeout', host: config.name, phase: loginAt === Infinity ? 'connect' : 'auth' });
  const failure = (): UserError<HostProblem> => {
    const problem = explain(config, messages(stderr));
    const hasWaited = isProblem<HostProblem>(problem, 'handshakeEnded') && Date.now() - loginAt > PERSON_MS;
    return hasWaited ? timeout() : problem;
  };
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<UserError<HostProblem>>((resolve) => {
    void ended.then(() => resolve(failure()));
    const isLimited = isUnattended && config.proxy.kind !== 'command';
    if (isLimited) timer = after(UNATTENDED.loginMs, () => resolve(timeout()));
  });
  scope.defer(() => clearTimeout(timer));
  return {
    stderr: () => stderr,
    ended,
    failed,
    over: () => {
      clearTimeout(timer);
      output.flush();
      return output.close();
    },
  };
}

/** ssh creates its control socket after the login. */
async function untilExists(file: string, signal: AbortSignal): Promise<void> {
  const exists = (): Promise<boolean> =>
    fs.access(file).then(
      () => true,
      () => false,
    );
  while (!(await exists())) await delay(20, signal);
}

/** Copies the host keys that ssh wrote to our file into the user's file. */
async function remember(from: string, to: string | undefined, log: Log): Promise<void> {
  if (to === undefined) return;
  try {
    await appendKnownHosts(to, await fs.readFile(from, 'utf8'));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') log.warn(`host key not remembered: ${errorText(error)}`);
  }
}
