import type { Log } from '../../base/log.ts';
import { errorText, UserError } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import type { ConnectProblem } from './connection.ts';
import type { Identity } from './identities.ts';
import { keyTypeOf } from './keys.ts';
import type { Prompts } from './prompts.ts';
import type { AuthReply, Userauth } from './userauth.ts';

type Failure = Extract<AuthReply, { readonly kind: 'failure' }>;
type Outcome = Extract<AuthReply, { readonly kind: 'success' | 'failure' }>;

/** One authentication method. Undefined: it has nothing (more) to try. */
type Method = () => Promise<Outcome | undefined>;

export interface AuthDeps {
  readonly config: HostConfig;
  readonly prompts: Prompts;
  readonly log: Log;
  /** Asked for once, and only if the server takes keys at all. */
  readonly identities: () => Promise<readonly Identity[]>;
  /** Filled with what was tried, also for whoever has to explain that the server hung up. */
  readonly tried: string[];
}

/**
 * Logs in with the methods that both sides know, in the order of PreferredAuthentications, as OpenSSH does: a method is
 * used until it has nothing more to try; when the server wants something else than before, the order starts over.
 * What failed is never tried again by itself. Returns the method that let us in, with the key's name.
 */
export async function authenticate(userauth: Userauth, deps: AuthDeps, signal: AbortSignal): Promise<string> {
  const { config, tried } = deps;
  const methods = new Map<string, Method>();
  const publickey = publickeyMethod(userauth, deps, signal);
  if (config.pubkeyAuthentication) methods.set('publickey', publickey.next);
  if (!config.batchMode) {
    if (config.kbdInteractiveAuthentication) {
      methods.set('keyboard-interactive', keyboardMethod(userauth, deps, signal));
    }
    if (config.passwordAuthentication) methods.set('password', passwordMethod(userauth, deps, signal));
  }

  let reply = await userauth.none();
  for (;;) {
    if (reply.kind === 'success') return tried.at(-1) ?? 'none';
    const failure = asFailure(reply);
    if (failure.isPartial) publickey.startOver();
    const name = config.preferredAuthentications.find(
      (method) => methods.has(method) && failure.accepted.includes(method),
    );
    const method = name === undefined ? undefined : methods.get(name);
    if (name === undefined || !method) throw authFailed(config, tried, failure.accepted);
    const outcome = await method();
    if (outcome) reply = outcome;
    else methods.delete(name);
  }
}

export function authFailed(
  { name: host, user }: HostConfig,
  tried: readonly string[],
  accepted: readonly string[],
): UserError<ConnectProblem> {
  return new UserError<ConnectProblem>({ code: 'authFailed', host, user, tried, accepted });
}

/** A question where an answer belongs is the server's fault; to go on would be to guess. */
function asFailure(reply: AuthReply): Failure {
  return reply.kind === 'failure' ? reply : { kind: 'failure', accepted: [], isPartial: false };
}

function asOutcome(reply: AuthReply): Outcome {
  return reply.kind === 'success' ? reply : asFailure(reply);
}

function publickeyMethod(
  userauth: Userauth,
  deps: AuthDeps,
  signal: AbortSignal,
): { readonly next: Method; startOver(): void } {
  let all: readonly Identity[] | undefined;
  let left: Identity[] = [];
  const next: Method = async () => {
    if (!all) {
      all = await deps.identities();
      left = [...all];
    }
    for (let identity = left.shift(); identity; identity = left.shift()) {
      const reply = await offer(userauth, identity, deps, signal);
      if (reply) return reply;
    }
    return undefined;
  };
  return { next, startOver: () => (left = [...(all ?? [])]) };
}

/** Undefined: nothing was sent, so the next key's turn. */
async function offer(
  userauth: Userauth,
  identity: Identity,
  { config, log, tried }: AuthDeps,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  if (!identity.blob && !(await identity.unlock(signal))) return undefined;
  const blob = identity.publicBlob();
  const algorithm = signatureAlgorithm(keyTypeOf(blob), userauth.signatureAlgorithms, config.pubkeyAcceptedAlgorithms);
  if (algorithm === undefined) {
    log.debug(`${identity.label} left out: no signature that PubkeyAcceptedAlgorithms allows`);
    return undefined;
  }
  tried.push(`publickey ${identity.label}`);
  log.debug(`offering ${identity.label} (${algorithm})`);
  const answer = await userauth.probe(algorithm, blob);
  if (answer.kind !== 'keyAccepted') return asOutcome(answer);
  if (!(await identity.unlock(signal))) return undefined;
  try {
    const reply = asOutcome(await userauth.signed(algorithm, blob, (data) => identity.sign(data, algorithm, signal)));
    if (reply.kind === 'success' || reply.isPartial) await identity.onAccepted?.(signal);
    return reply;
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`${identity.label} did not sign: ${errorText(error)}`);
    return undefined;
  }
}

/**
 * RSA keys come with several algorithms (RFC 8332), the oldest of them broken and used only where the configuration
 * names it; others with the one they are named for. Undefined: the configuration (PubkeyAcceptedAlgorithms) allows none.
 */
export function signatureAlgorithm(
  keyType: string,
  serverAlgorithms: readonly string[] | undefined,
  accepted?: readonly string[],
): string | undefined {
  const isRsa = keyType === 'ssh-rsa' || keyType === 'ssh-rsa-cert-v01@openssh.com';
  const hashes = isRsa ? ['rsa-sha2-512', 'rsa-sha2-256', ...(accepted ? ['ssh-rsa'] : [])] : [keyType];
  const allowed = hashes.filter((hash) => accepted?.includes(keyType.replace('ssh-rsa', hash)) ?? true);
  // A server that does not say what it knows is an old one, which a user may have allowed the old algorithm for.
  const known = serverAlgorithms ?? (allowed.includes('ssh-rsa') ? ['ssh-rsa'] : ['rsa-sha2-256']);
  const hash = allowed.find((name) => known.includes(name)) ?? allowed[0];
  return hash && keyType.replace('ssh-rsa', hash);
}

function passwordMethod(userauth: Userauth, { config, prompts, tried }: AuthDeps, signal: AbortSignal): Method {
  let attempt = 0;
  return async () => {
    if (attempt++ >= config.numberOfPasswordPrompts) return undefined;
    const { name: host, user } = config;
    const server = `${config.hostName}:${config.port}`;
    const password = given(await prompts.secret({ kind: 'password', host, server, user, attempt }, signal));
    tried.push('password');
    const reply = await userauth.password(password);
    // RFC 4252 §8: the password expired. Setting a new one is for a terminal; what the server says is shown.
    if (reply.kind === 'passwordExpired') {
      prompts.notice(host, reply.prompt);
      throw authFailed(config, tried, ['password']);
    }
    return asOutcome(reply);
  };
}

function keyboardMethod(userauth: Userauth, { config, prompts, tried }: AuthDeps, signal: AbortSignal): Method {
  let attempt = 0;
  let wasAsked = false;
  return async () => {
    // A server that fails without a question has none to ask (OpenSSH gives up then, too).
    if (attempt++ >= config.numberOfPasswordPrompts || (attempt > 1 && !wasAsked)) return undefined;
    tried.push('keyboard-interactive');
    let reply = await userauth.keyboardInteractive();
    while (reply.kind === 'questions') {
      const { title, instruction, prompts: questions } = reply;
      const answers: string[] = [];
      if (questions.length === 0 && (title || instruction))
        prompts.notice(config.name, `${title}\n${instruction}`.trim());
      for (const { prompt, echo } of questions) {
        wasAsked = true;
        const { name: host, user } = config;
        const question = { kind: 'keyboardInteractive', host, user, title, instruction, prompt, echo } as const;
        answers.push(given(await prompts.secret(question, signal)));
      }
      reply = await userauth.answer(answers);
    }
    return asOutcome(reply);
  };
}

function given(answer: string | undefined): string {
  if (answer === undefined) throw new UserError<ConnectProblem>({ code: 'cancelled' });
  return answer;
}
