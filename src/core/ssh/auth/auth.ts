import path from 'node:path';
import type { Log } from '../../../base/log.ts';
import { errorText, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { AuthFailed } from '../connection.ts';
import type { Identity } from './identities.ts';
import { keyTypeOf, rsaBits } from '../keys/keys.ts';
import type { Prompts } from '../prompts.ts';
import { keyboardMethod, type Method, passwordMethod } from './authQuestions.ts';
import { asFailure, asOutcome, type Outcome, type Userauth } from './userauth.ts';

export interface AuthDeps {
  readonly config: HostConfig;
  readonly prompts: Prompts;
  readonly log: Log;
  /** Asked for once, and only if the server takes keys at all. */
  readonly identities: () => Promise<readonly Identity[]>;
  /** Filled with what was tried, also for whoever has to explain that the server hung up. */
  readonly tried: string[];
  /** The server would take the key that was tried last. */
  readonly onKeyTaken: () => void;
  /** Another transport could go on without asking a person for what may not be needed there. */
  readonly isReplaceable?: () => Promise<boolean>;
}

/**
 * Logs in with the methods that both sides know, in the order of PreferredAuthentications, as OpenSSH does: a method is
 * used until it has nothing more to try; when the server wants something else than before, the order starts over.
 * What failed is never tried again by itself. Returns the method that let us in, with the key's name.
 */
export async function authenticate(userauth: Userauth, deps: AuthDeps, signal: AbortSignal): Promise<string> {
  const { config, tried, isReplaceable = async () => false } = deps;
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
      methods.set('keyboard-interactive', keyboardMethod(userauth, { config, prompts, tried }, signal));
    }
    if (config.passwordAuthentication)
      methods.set('password', passwordMethod(userauth, { config, prompts, tried }, signal));
  }

  let reply = await userauth.none();
  for (;;) {
    if (reply.kind === 'success') return tried.at(-1) ?? 'none';
    const failure = asFailure(reply);
    if (failure.isPartial) publickey.startOver();
    // A server that names no method at all leaves it to us, as ssh(1) reads it.
    const isAccepted = (method: string): boolean => failure.accepted.length === 0 || failure.accepted.includes(method);
    const name = config.preferredAuthentications.find((method) => methods.has(method) && isAccepted(method));
    const method = name === undefined ? undefined : methods.get(name);
    if (name === undefined || !method) {
      // Who typed a password in vain is not to type it again for another transport.
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

/** Those that ssh(1) knows, we do not, and both sides allow. */
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

/** Undefined: nothing was signed, so the next key's turn. `heldBack`: though the server would take the key. */
async function offer(
  userauth: Userauth,
  identity: Identity,
  { config, log, tried, onKeyTaken }: AuthDeps,
  signal: AbortSignal,
): Promise<Outcome | 'heldBack' | undefined> {
  if (!identity.blob && !(await identity.unlock(signal))) return undefined;
  const blob = identity.publicBlob();
  if (rsaBits(blob) < config.requiredRsaSize) {
    log.warn(`${identity.label} left out: shorter than RequiredRSASize`);
    return undefined;
  }
  const algorithm = signatureAlgorithm(keyTypeOf(blob), userauth.signatureAlgorithms, config.pubkeyAcceptedAlgorithms);
  if (algorithm === undefined) {
    log.debug(`${identity.label} left out: no signature that PubkeyAcceptedAlgorithms allows`);
    return undefined;
  }
  tried.push(`publickey ${identity.label}`);
  log.debug(`offering ${identity.label} (${algorithm})`);
  const answer = await userauth.probe(algorithm, blob);
  if (answer.kind !== 'keyAccepted') return asOutcome(answer);
  onKeyTaken();
  if (identity.isOnlyOpenssh) {
    log.info(`the server would take ${identity.label}, but only ssh(1) can use it`);
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
