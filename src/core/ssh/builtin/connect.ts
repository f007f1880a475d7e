import { abortable } from '../../../base/delay.ts';
import { prefixed } from '../../../base/log.ts';
import { Scope } from '../../../base/scope.ts';
import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { hostKeyType, proposal, type Proposal } from './algorithms.ts';
import { authenticate, authFailed } from '../auth/auth.ts';
import { type BuiltinConnection, builtinConnection } from './builtinConnection.ts';
import type { ConnectDeps } from '../connectDeps.ts';
import type { HostProblem } from '../connection.ts';
import { shakeHands } from './handshake.ts';
import { learnHostKeys, overhearHostKeys } from './hostKeyUpdates.ts';
import { loadHostKeys } from '../hostkeys/hostKeys.ts';
import { type Identity, listIdentities } from '../auth/identities.ts';
import { SshClient } from './client.ts';
import { withoutTimeout, PromptTimeouts } from '../promptTimeouts.ts';
import { type Hop, openRoute } from '../route/route.ts';

const HANDSHAKE_MS = 30_000;
/** A proxy may have a way of its own to open first. */
const PROXY_HANDSHAKE_MS = 60_000;
const AUTH_MS = 60_000;
/** As many jump hosts, and jump hosts of jump hosts, as nobody has: a configuration that leads back to itself. */
const MAX_DEPTH = 16;

export interface BuiltinDeps extends ConnectDeps {
  /** Can another transport log in with what this one lacks? Then this one asks no question first. */
  readonly isReplaceable?: () => Promise<boolean>;
}

/**
 * Connects and logs in, hop by hop. Rejects with a `UserError` (`ConnectProblem` or `commandNotAllowed`) or the signal's
 * reason; whatever was opened on the way is closed then.
 */
export function connect(config: HostConfig, deps: BuiltinDeps, signal: AbortSignal): Promise<BuiltinConnection> {
  return connectVia(config, undefined, deps, 0, signal);
}

async function connectVia(
  asked: HostConfig,
  through: Hop | undefined,
  deps: BuiltinDeps,
  depth: number,
  signal: AbortSignal,
): Promise<BuiltinConnection> {
  const config = deps.interactive === false ? { ...asked, batchMode: true } : asked;
  const { name: host } = config;
  if (depth > MAX_DEPTH) {
    throw new UserError<HostProblem>({ code: 'jumpFailed', host, via: through?.name ?? host, detail: 'loop' });
  }
  const log = prefixed(deps.log, host);
  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const timeouts = new PromptTimeouts();
  const prompts = withoutTimeout(deps.prompts, timeouts);
  const tried: string[] = [];
  let triedWhenTaken = 1; // a first key that nothing was said of may be the right one, too
  const scope = new Scope();
  let phase: 'handshake' | 'auth' = 'handshake';
  try {
    const hostKeys = await loadHostKeys(config, prompts, log);
    const ours = usable(config, proposal(config, hostKeys.knownTypes));
    const route = await openRoute(
      config,
      through,
      { ...deps, prompts, connectHop: (hop, previous, stopHop) => connectVia(hop, previous, deps, depth + 1, stopHop) },
      signal,
    );
    scope.defer(() => route.close());
    const isDirect = !through && config.proxy.kind === 'none';
    const timeOut = (): void => broken.abort(new UserError<HostProblem>({ code: 'timeout', host, phase }));
    try {
      timeouts.start(
        config.connectTimeoutMs || (config.proxy.kind === 'command' ? PROXY_HANDSHAKE_MS : HANDSHAKE_MS),
        timeOut,
      );
      const { client, userauth, negotiated, serverVersion, session } = await abortable(
        shakeHands({
          stream: route.stream,
          config,
          proposal: ours,
          verifyHostKey: (key, hasCertificate) =>
            hostKeys.verify(key, { address: route.address, isDirect, hasCertificate }, stop),
          // ConnectTimeout is for the server to show itself (ssh_config(5)), not for its arithmetic.
          onVersion: () => timeouts.extend(HANDSHAKE_MS),
          onFailure: (error) => broken.abort(error),
          onBanner: (text) => prompts.notice?.(host, text),
        }),
        stop,
      );
      log.debug(`${serverVersion}, ${negotiated.kex}, ${negotiated.cs.cipher}, ${negotiated.serverHostKey}`);
      const offered = overhearHostKeys(client);
      phase = 'auth';
      timeouts.start(AUTH_MS, timeOut);
      const identities = async (): Promise<readonly Identity[]> =>
        (await listIdentities(config, { prompts, log, session }, stop)).map((identity) =>
          patientlySigning(identity, timeouts),
        );
      const authMethod = await abortable(
        authenticate(
          userauth,
          { ...deps, config, prompts, log, identities, tried, onKeyTaken: () => (triedWhenTaken = tried.length) },
          stop,
        ),
        stop,
      );
      log.info(`logged in as ${config.user} (${authMethod})`);
      const link = new SshClient(client, route.stream);
      learnHostKeys(client, link, offered, ours.hostKeys.map(hostKeyType), hostKeys, log);
      const { via } = route;
      const { kex, serverHostKey: hostKey, cs } = negotiated;
      const facts = { transport: 'builtin', serverVersion, cipher: cs.cipher, kex, hostKey, via, authMethod } as const;
      return builtinConnection(link, config, facts, () => scope.close());
    } catch (error) {
      signal.throwIfAborted();
      if (!isProblem(error, 'handshakeEnded')) throw error;
      if (phase === 'auth' && !isCutShort(tried, triedWhenTaken, error)) throw authFailed(config, tried, []);
      throw (await route.failure()) ?? error;
    }
  } catch (error) {
    await scope.close();
    throw error;
  } finally {
    timeouts.stop();
  }
}

/** Nothing left to propose is the same as nothing in common. */
function usable({ name: host }: HostConfig, ours: Proposal): Proposal {
  const empty = Object.entries(ours).find(([, names]) => names.length === 0);
  if (empty) throw new UserError<HostProblem>({ code: 'noCommonAlgorithm', host, what: empty[0], server: [] });
  return ours;
}

/**
 * A server that hangs up during the login has had enough of our attempts. One that says nothing after a key that it would
 * take is gone itself, or not ready yet (pam_nologin(8)).
 */
function isCutShort(tried: readonly string[], triedWhenTaken: number, { cause }: Error): boolean {
  // ssh2 puts the reason code of SSH_MSG_DISCONNECT (RFC 4253 §11.1) on the error.
  const isSaid = cause instanceof Error && 'code' in cause && typeof cause.code === 'number';
  return !isSaid && tried.length <= triedWhenTaken && (tried.at(-1) ?? 'publickey ').startsWith('publickey ');
}

function isProblem(error: unknown, code: HostProblem['code']): error is UserError {
  return error instanceof UserError && error.problem.code === code;
}

/** An agent may wait for a confirmation, a security key for a touch. */
function patientlySigning(identity: Identity, timeouts: PromptTimeouts): Identity {
  return {
    ...identity,
    sign: (data, algorithm, signal) => timeouts.whilePersonAnswers(() => identity.sign(data, algorithm, signal)),
  };
}
