import { abortable } from '../../../base/delay.ts';
import type { Log } from '../../../base/log.ts';
import { errorText, isProblem, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { authenticate, authFailed } from '../auth/auth.ts';
import type { LoginAttempts } from '../auth/loginAttempts.ts';
import { type Identity, listIdentities } from '../auth/identities.ts';
import type { ConnectionFacts, HostProblem } from '../connection.ts';
import type { HostKeys } from '../hostkeys/hostKeys.ts';
import { printable } from '../printable.ts';
import type { Prompts } from '../prompts.ts';
import type { PromptTimeouts } from '../promptTimeouts.ts';
import type { Route } from '../route/route.ts';
import { PERSON_MS, UNATTENDED } from '../waiting.ts';
import { hostKeyType, type Proposal } from './algorithms.ts';
import { SshClient } from './client.ts';
import { type Handshake, shakeHands } from './handshake.ts';
import { learnHostKeys, recordOfferedKeys } from './hostKeyUpdates.ts';
import { isDisconnectMessage } from './disconnectMessage.ts';

export interface LoginInput {
  readonly config: HostConfig;
  readonly prompts: Prompts;
  readonly log: Log;
  readonly timeouts: PromptTimeouts;
  readonly hostKeys: HostKeys;
  readonly proposal: Proposal;
  readonly route: Route;
  /** No proxy or jump host carries the route. */
  readonly isDirect: boolean;
  readonly isReplaceable?: () => Promise<boolean>;
  readonly isUnattended?: boolean;
}

export interface LoggedIn {
  readonly client: SshClient;
  readonly facts: ConnectionFacts;
}

/** Shakes hands over an open route and logs in. Rejects with a `UserError<HostProblem>` or the signal's reason. */
export async function logIn(input: LoginInput, signal: AbortSignal): Promise<LoggedIn> {
  const { config, log, hostKeys, route } = input;
  /** Aborted with the reason when the connection breaks or a time limit passes. */
  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const attempts: LoginAttempts = { tried: [], acceptedAt: 1, said: '' };
  let handshake: Handshake | undefined;
  try {
    handshake = await abortable(handshakeOver(input, attempts, broken, stop), stop);
    const { ssh2, negotiated, hostKey, serverVersion } = handshake;
    log.debug(`${serverVersion}, ${negotiated.kex}, ${negotiated.cs.cipher}, ${hostKey}`);
    const offered = recordOfferedKeys(ssh2);
    const authMethod = await abortable(authenticateOver(input, handshake, attempts, broken, stop), stop);
    log.info(`logged in as ${config.user} (${authMethod})`);
    const client = new SshClient(ssh2, route.stream);
    learnHostKeys(client, { offered, types: input.proposal.hostKeys.map(hostKeyType), hostKeys, log });
    const { kex, cs } = negotiated;
    const facts = { serverVersion, cipher: cs.cipher, kex, hostKey, via: route.via, authMethod };
    return { client, facts: { transport: 'builtin', ...facts } };
  } catch (error) {
    signal.throwIfAborted();
    if (!isProblem<HostProblem>(error, 'handshakeEnded')) throw error;
    if (handshake && isRefusal(attempts, error)) {
      const said = isDisconnectMessage(error.cause) ? printable(errorText(error.cause)) : attempts.said;
      throw authFailed(config, { ...attempts, said }, []);
    }
    // A server that closes the connection after a long silence gave up waiting (sshd_config(5) LoginGraceTime).
    if (error.cause === undefined && (handshake?.userauth.waitingMs ?? 0) > PERSON_MS) throw timeout(config, 'auth');
    throw (await route.failure()) ?? error;
  }
}

function handshakeOver(
  input: LoginInput,
  attempts: LoginAttempts,
  broken: AbortController,
  stop: AbortSignal,
): Promise<Handshake> {
  const { config, prompts, timeouts, hostKeys, route, isDirect, isUnattended } = input;
  const limit = (ms: number): void => {
    timeouts.stop();
    if (ms > 0) timeouts.start(ms, () => broken.abort(timeout(config, 'handshake', route.hasWaited())));
  };
  // As with ssh(1), the connection and the wait for the server's version share ConnectTimeout.
  limit(config.connectTimeoutMs > 0 ? Math.max(1, config.connectTimeoutMs - route.usedMs) : 0);
  return shakeHands({
    stream: route.stream,
    config,
    proposal: input.proposal,
    verifyHostKey: (shown) => hostKeys.verify(shown, { address: route.address, isDirect }, stop),
    // ConnectTimeout limits the wait for the server's version (ssh_config(5)), not the key exchange after it.
    onVersion: () => limit(isUnattended ? UNATTENDED.silenceMs : 0),
    onFailure: (error) => broken.abort(error),
    onBanner: (text) => {
      if (attempts.tried.length > 0) attempts.said = printable(text);
      prompts.notice?.(config.name, text);
    },
  });
}

function authenticateOver(
  input: LoginInput,
  { userauth, session }: Handshake,
  attempts: LoginAttempts,
  broken: AbortController,
  stop: AbortSignal,
): Promise<string> {
  const { config, prompts, log, timeouts, isUnattended } = input;
  timeouts.stop();
  if (isUnattended) timeouts.start(UNATTENDED.loginMs, () => broken.abort(timeout(config, 'auth')));
  const identities = async (): Promise<readonly Identity[]> => {
    const found = await listIdentities(config, { prompts, log, session }, stop);
    return found.map((identity) => withoutSigningTimeout(identity, timeouts));
  };
  return authenticate(userauth, { ...input, identities, attempts }, stop);
}

/**
 * Did the server refuse the login, when it closes the connection during it? A server that closes it in silence, while it
 * has an acceptable key before it, has crashed or is not ready yet (pam_nologin(8)).
 */
function isRefusal({ tried, acceptedAt }: LoginAttempts, { cause }: Error): boolean {
  const isKeyPending = tried.length <= acceptedAt && (tried.at(-1) ?? 'publickey ').startsWith('publickey ');
  return isDisconnectMessage(cause) || !isKeyPending;
}

function timeout({ name: host }: HostConfig, phase: 'handshake' | 'auth', hasWaited = false): UserError<HostProblem> {
  return new UserError({ code: 'timeout', host, phase, ...(hasWaited && { hasWaited }) });
}

/** An agent may wait for a confirmation, and a security key for a touch. */
function withoutSigningTimeout(identity: Identity, timeouts: PromptTimeouts): Identity {
  return {
    ...identity,
    sign: (data, algorithm, signal) => timeouts.whilePersonAnswers(() => identity.sign(data, algorithm, signal)),
  };
}
