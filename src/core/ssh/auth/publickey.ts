import path from 'node:path';
import type { Log } from '../../../base/log.ts';
import { errorText } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { keyTypeOf, rsaBits } from '../keys/keys.ts';
import { printable } from '../printable.ts';
import type { Method } from './authQuestions.ts';
import type { Identity } from './identities.ts';
import type { LoginAttempts } from './loginAttempts.ts';
import { asOutcome, type Outcome, type Userauth } from './userauth.ts';

export interface PublickeyDeps {
  readonly config: HostConfig;
  readonly log: Log;
  /** Called once, and only if the server accepts keys at all. */
  readonly identities: () => Promise<readonly Identity[]>;
  readonly attempts: LoginAttempts;
}

/** Offers one key after the other, and signs with those that the server accepts (RFC 4252 §7). */
export function publickeyMethod(
  userauth: Userauth,
  deps: PublickeyDeps,
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
  { config, log, attempts }: PublickeyDeps,
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
  for (const name of new Set([algorithm, ...oldest(keyTypeOf(blob), config)])) {
    try {
      const reply = asOutcome(await userauth.signed(name, blob, (data) => signed(identity, data, name, signal)));
      if (reply.kind === 'success' || reply.isPartial) await identity.onAccepted?.(signal);
      return reply;
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`${identity.label} did not sign: ${errorText(error)}`);
      if (!(error instanceof OtherSignature)) return undefined;
    }
  }
  return undefined;
}

/** An agent signed, but with another algorithm than the one it was asked for. */
class OtherSignature extends Error {}

/** An old agent signs with SHA-1 whatever it is asked for. The server would count such a signature as a failed login. */
async function signed(identity: Identity, data: Buffer, algorithm: string, signal: AbortSignal): Promise<Buffer> {
  const signature = await identity.sign(data, algorithm, signal);
  const [name, asked] = [keyTypeOf(signature), algorithm.replace('-cert-v01@openssh.com', '')];
  if (rsaSignatures.includes(asked) && name !== asked) throw new OtherSignature(`it signs with ${printable(name)}`);
  return signature;
}

/** The algorithm that every agent and token knows for an RSA key, where the configuration allows it. */
function oldest(keyType: string, { pubkeyAcceptedAlgorithms: accepted }: HostConfig): readonly string[] {
  return isRsa(keyType) && accepted.includes(keyType) ? [keyType] : [];
}

const rsaSignatures: readonly string[] = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];

function isRsa(keyType: string): boolean {
  return keyType === 'ssh-rsa' || keyType === 'ssh-rsa-cert-v01@openssh.com';
}

/**
 * The signature algorithm for a key. An RSA key has several (RFC 8332). The oldest is broken, so OpenSSH's default does
 * not contain it. Every other key type has the one it is named for. Undefined when the configuration
 * (PubkeyAcceptedAlgorithms) allows none.
 */
export function signatureAlgorithm(
  keyType: string,
  serverAlgorithms: readonly string[] | undefined,
  accepted: readonly string[],
): string | undefined {
  const hashes = isRsa(keyType) ? rsaSignatures : [keyType];
  const allowed = hashes.filter((hash) => accepted.includes(keyType.replace('ssh-rsa', hash)));
  // A server that does not list its algorithms is old. The user may have allowed the old algorithm for it.
  const known = serverAlgorithms ?? (allowed.includes('ssh-rsa') ? ['ssh-rsa'] : ['rsa-sha2-256']);
  const hash = allowed.find((name) => known.includes(name)) ?? allowed[0];
  return hash && keyType.replace('ssh-rsa', hash);
}
