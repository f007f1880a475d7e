import path from 'node:path';
import type { Log } from '../../../base/log.ts';
import { errorText, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { AuthFailed } from '../connection.ts';
import type { Identity } from './identities.ts';
import { keyTypeOf, rsaBits } from '../keys/keys.ts';
import type { Prompts } from '../prompts.ts';
import type { LoginAttempts } from './loginAttempts.ts';
import { keyboardMethod, type Method, passwordMethod } from './authQuestions.ts';
import { asFailure, asOutcome, type Outcome, type Userauth } from './userauth.ts';

export interface AuthDeps {
  readonly config: HostConfig;
  readonly prompts: Prompts;
  readonly log: Log;
  /** Called once, and only if the server accepts keys at all. */
  readonly identities: () => Promise<readonly Identity[]>;
  readonly attempts: LoginAttempts;
  /** Can another transport log in where this one would have to ask a person first? */
  readonly isReplaceable?: () => Promise<boolean>;
}

/**
 * Logs in with the methods that both sides support, in the order of PreferredAuthentications, as OpenSSH does. A method
 * continues until it has nothing more to try. When the server asks for a further method, the order starts over. A failed
 * attempt is never repeated. Returns the method that succeeded, with the key's name.
 */
export async function authenticate(userauth: Userauth, deps: AuthDeps, signal: AbortSignal): Promise<string> {
  const { config, attempts, isReplaceable = async () => false } = deps;
  const { tried } = attempts;
  let hasAsked = false;
  const prompts: Prompts = {
    ...deps.prompts,
    secret: (question, stop) => {
      hasAsked = true;
      return deps.prompts.secret(question, stop);
    },
  };
  const methods = new Map<string, Method>();
  const publickey = publickeyMethod(userauth, deps, signal);
  if (config.pubkeyAuthentication) methods.set('publickey', publickey.next);
  if (!config.batchMode) {
    if (config.kbdInteractiveAuthentication) {
      methods.set('keyboard-interactive', keyboardMethod(userauth, { config, prompts, attempts }, signal));
    }
    if (config.passwordAuthentication)
      methods.set('password', passwordMethod(userauth, { config, prompts, attempts }, signal));
  }

  let reply = await userauth.none();
  for (;;) {
    if (reply.kind === 'success') return tried.at(-1) ?? 'none';
    const failure = asFailure(reply);
    if (failure.isPartial) publickey.startOver();
    // A server that names no method accepts any, as in ssh(1).
    const isAccepted = (method: string): boolean => failure.accepted.length === 0 || failure.accepted.includes(method);
    const name = config.preferredAuthentications.find((method) => methods.has(method) && isAccepted(method));
    const method = name === undefined ? undefined : methods.get(name);
    if (name === undefined || !method) {
      // A person who typed a password in vain must not type it again for another transport.
      const further = hasAsked ? [] : methodsOfOpenssh(config, failure.accepted);
      throw authFailed(config, tried, failure.accepted, [...publickey.heldBack(), ...further]);
    }
    if (name !== 'publickey' && publickey.heldBack().length > 0 && (await isReplaceable())) {
      throw authFailed(config, tried, failure.accepted, publickey.heldBack());
    }
    const outcome = await method();
    if (outcome) reply = outcome;
    else methods.delete(name);
  }
}

export function authFailed(
  { name: host, user }: HostConfig,
  tried: readonly string[],
  accepted: readonly string[],
  onlyOpenssh: readonly string[] = [],
): UserError<AuthFailed> {
  const further = onlyOpenssh.length > 0 && { onlyOpenssh };
  return new UserError<AuthFailed>({ code: 'authFailed', host, user, tried, accepted, ...further });
}

/** The methods that ssh(1) supports, we do not, and both sides allow. */
function methodsOfOpenssh(config: HostConfig, accepted: readonly string[]): readonly string[] {
  const isAllowed: Readonly<Record<string, boolean>> = {
    'gssapi-with-mic': config.gssapiAuthentication,
    hostbased: config.hostbasedAuthentication,
  };
  return config.preferredAuthentications.filter((method) => isAllowed[method] && accepted.includes(method));
}

function publickeyMethod(
  userauth: Userauth,
  deps: AuthDeps,
  signal: AbortSignal,
): { readonly next: Method; startOver(): void; heldBack(): readonly string[] } {
  const { pkcs11Provider } = deps.config;
  const heldBack = new Set<string>();
  let all: readonly Identity[] | undefined;
  let left: Identity[] = [];
  const next: Method = async () => {
    if (!all) {
      all = await deps.identities();
      left = [...all];
    }
    for (let identity = left.shift(); identity; identity = left.shift()) {
      const reply = await offer(userauth, identity, deps, signal);
      if (reply === 'heldBack') heldBack.add(identity.label);
      else if (reply) return reply;
    }
    if (pkcs11Provider !== undefined) heldBack.add(path.basename(pkcs11Provider));
    return undefined;
  };
  return { next, startOver: () => (left = [...(all ?? [])]), heldBack: () => [...heldBack] };
}

/** Undefined: nothing was signed, so the next key is tried. `heldBack`: the same, but the server would accept the key. */
async function offer(
  userauth: Userauth,
  identity: Identity,
  { config, log, attempts }: AuthDeps,
  signal: AbortSignal,
): Promise<Outcome | 'heldBack' | undefined> {
  if (!identity.blob && !(await identity.unlock(signal))) return undefined;
  const blob = identity.publicBlob();
  if (rsaBits(blob) < config.requiredRsaSize) {
    log.warn(`${identity.label} skipped: shorter than RequiredRSASize`);
    return undefined;
  }
  const algorithm = signatureAlgorithm(keyTypeOf(blob), userauth.signatureAlgorithms, config.pubkeyAcceptedAlgorithms);
  if (algorithm === undefined) {
    log.debug(`${identity.label} skipped: PubkeyAcceptedAlgorithms allows none of its signatures`);
    return undefined;
  }
  attempts.tried.push(`publickey ${identity.label}`);
  log.debug(`offering ${identity.label} (${algorithm})`);
  const answer = await userauth.probe(algorithm, blob);
  if (answer.kind !== 'keyAccepted') return asOutcome(answer);
  attempts.acceptedAt = attempts.tried.length;
  if (identity.isOnlyOpenssh) {
    log.info(`the server would accept ${identity.label}, but only ssh(1) can use it`);
    return 'heldBack';
  }
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
 * The signature algorithm for a key. An RSA key has several (RFC 8332). The oldest is broken, so it is used only when the
 * configuration names it. Every other key type has the one it is named for. Undefined when the configuration
 * (PubkeyAcceptedAlgorithms) allows none.
 */
export function signatureAlgorithm(
  keyType: string,
  serverAlgorithms: readonly string[] | undefined,
  accepted?: readonly string[],
): string | undefined {
  const isRsa = keyType === 'ssh-rsa' || keyType === 'ssh-rsa-cert-v01@openssh.com';
  const hashes = isRsa ? ['rsa-sha2-512', 'rsa-sha2-256', ...(accepted ? ['ssh-rsa'] : [])] : [keyType];
  const allowed = hashes.filter((hash) => accepted?.includes(keyType.replace('ssh-rsa', hash)) ?? true);
  // A server that does not list its algorithms is old. The user may have allowed the old algorithm for it.
  const known = serverAlgorithms ?? (allowed.includes('ssh-rsa') ? ['ssh-rsa'] : ['rsa-sha2-256']);
  const hash = allowed.find((name) => known.includes(name)) ?? allowed[0];
  return hash && keyType.replace('ssh-rsa', hash);
}
