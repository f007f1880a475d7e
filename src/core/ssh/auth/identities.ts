import type { KeyObject } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Log } from '../../../base/log.ts';
import { errorCode, errorText } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { addToAgent } from './addToAgent.ts';
import { Agent, type AgentSession } from './agent.ts';
import { decrypt } from '../keys/decrypt.ts';
import { isEncrypted, parsePrivateKey, visiblePublicKey } from '../keys/keyFile.ts';
import { canSign, keyTypeOf, parsePublicKeyLine, publicBlob, signWith } from '../keys/keys.ts';
import { plainBlob } from '../keys/certificate.ts';
import type { Prompts } from '../prompts.ts';

/** A key that may log in. Nobody is asked for its passphrase before the server accepts the key. */
export interface Identity {
  /** For people and for the log: the file's name or the agent's comment. */
  readonly label: string;
  /** Undefined where only the private key contains it, so the key must be unlocked first. */
  readonly blob: Buffer | undefined;
  /** Asks for a missing passphrase. False when the key cannot sign: no passphrase given, or an unreadable file. */
  unlock(signal: AbortSignal): Promise<boolean>;
  /** The public key or certificate to offer. Known once unlocked. */
  publicBlob(): Buffer;
  sign(data: Buffer, algorithm: string, signal: AbortSignal): Promise<Buffer>;
  /** Only the system's ssh can use the device that holds the key. Then `sign` rejects. */
  readonly isOnlyOpenssh?: boolean;
  /** Called when the server has accepted the signature. Rejects with the signal's reason alone. */
  readonly onAccepted?: (signal: AbortSignal) => Promise<void>;
}

export interface IdentityDeps {
  readonly prompts: Prompts;
  readonly log: Log;
  readonly session: AgentSession;
}

/**
 * The keys to try, in the order of OpenSSH's pubkey_prepare: the named certificates, the agent's keys that are configured
 * as well, the agent's other keys (unless IdentitiesOnly), then the remaining files.
 */
export async function listIdentities(
  config: HostConfig,
  { prompts, log, session }: IdentityDeps,
  signal: AbortSignal,
): Promise<readonly Identity[]> {
  const files = await keyFiles(config, prompts, log);
  const agent = config.identityAgent === undefined ? undefined : new Agent(config.identityAgent, session);
  const inAgent = agent ? await agentIdentities(agent, log, signal) : [];
  const isSame = (one: Identity, other: Identity): boolean =>
    one.blob !== undefined && other.blob !== undefined && one.blob.equals(other.blob);
  const preferred = inAgent.filter((held) => files.some((file) => isSame(file, held)));
  const others = config.identitiesOnly ? [] : inAgent.filter((held) => !preferred.includes(held));
  const keys = [...inAgent, ...files];
  const rest = files
    .filter((file) => !preferred.some((held) => isSame(file, held)))
    .map((identity) => withOwner(identity, keys));
  const certificates = await namedCertificates(config, keys, log);
  return [...certificates, ...preferred, ...others, ...rest];
}

async function agentIdentities(agent: Agent, log: Log, signal: AbortSignal): Promise<readonly Identity[]> {
  try {
    const keys = await agent.identities(signal);
    return keys.map(({ blob, comment }) => ({
      label: comment || keyTypeOf(blob),
      blob,
      unlock: async () => true,
      publicBlob: () => blob,
      sign: (data, algorithm, stop) => agent.sign(blob, data, algorithm, stop),
    }));
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`no keys from the agent: ${errorText(error)}`);
    return [];
  }
}

/** Each key file, followed by the certificate beside it, unless the configuration names certificates (ssh_config(5) IdentityFile). */
async function keyFiles(config: HostConfig, prompts: Prompts, log: Log): Promise<readonly Identity[]> {
  const found = await Promise.all(
    config.identityFiles.map(async (file) => {
      const identity = await keyFile(file, config, prompts, log);
      if (!identity) return [];
      if (config.certificateFiles.length > 0) return [identity];
      const certificate = await readPublicKey(`${file}-cert.pub`);
      return certificate ? [identity, withCertificate(identity, certificate)] : [identity];
    }),
  );
  return found.flat();
}

async function keyFile(file: string, config: HostConfig, prompts: Prompts, log: Log): Promise<Identity | undefined> {
  const text = await readPrivateKey(file, log);
  const beside = await readPublicKey(`${file}.pub`);
  if (text === undefined && !beside) return undefined;
  const named = parsePublicKeyLine(text ?? '')?.blob; // IdentityFile may name the public half of a key in the agent
  let key: KeyObject | undefined;
  let blob = named ?? (text === undefined ? undefined : visiblePublicKey(text)) ?? beside;
  if (text !== undefined && !blob && !isEncrypted(text)) {
    key = parsePrivateKey(text);
    blob = key && publicBlob(key);
    if (!blob) {
      log.warn(`${file} skipped: ${key ? unusable(key) : 'not a private key that can be read'}`);
      return undefined;
    }
  }
  if (beside && blob && plainBlob(beside)?.equals(blob)) blob = beside; // KEY.pub may hold the key's certificate
  const isOnlyOpenssh = text !== undefined && !named && blob !== undefined && onlyOpenssh.test(keyTypeOf(blob));
  return {
    label: path.basename(file),
    blob,
    isOnlyOpenssh,
    unlock: async (signal) => {
      if (text === undefined || named) return false;
      key ??= await unlockKey(file, text, config, prompts, log, signal);
      if (key && !canSign(key)) {
        log.warn(`${file} skipped: ${unusable(key)}`);
        return false;
      }
      if (key) blob ??= publicBlob(key);
      return key !== undefined;
    },
    publicBlob: () => blob ?? Buffer.alloc(0),
    sign: async (data, algorithm) => {
      if (!key) throw new Error('the key is locked');
      return signWith(key, data, algorithm);
    },
    onAccepted: async (signal) => {
      if (key) await addToAgent(key, file, { config, prompts, log }, signal);
    },
  };
}

/** Types of keys that ssh2 and Node cannot sign with as SSH wants it: on a device, and DSA. */
const onlyOpenssh = /^(?:sk-|ssh-dss$)/u;

function unusable({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  return `SSH Ports cannot use a key of type ${details?.namedCurve ?? type ?? 'unknown'}`;
}

/** Asks for the passphrase up to NumberOfPasswordPrompts times. An empty answer gives up. */
async function unlockKey(
  file: string,
  text: string,
  config: HostConfig,
  prompts: Prompts,
  log: Log,
  signal: AbortSignal,
): Promise<KeyObject | undefined> {
  if (!isEncrypted(text)) {
    const key = parsePrivateKey(text);
    if (!key) log.warn(`${file}: not a private key that can be read`);
    return key;
  }
  if (config.batchMode) return undefined;
  for (let attempt = 1; attempt <= config.numberOfPasswordPrompts; attempt++) {
    const passphrase = await prompts.secret({ kind: 'passphrase', host: config.name, keyFile: file, attempt }, signal);
    if (!passphrase) return undefined;
    const key = await decrypt(text, passphrase, signal);
    if (key) return key;
  }
  return undefined;
}

async function namedCertificates(
  config: HostConfig,
  keys: readonly Identity[],
  log: Log,
): Promise<readonly Identity[]> {
  const found = await Promise.all(
    config.certificateFiles.map(async (file) => {
      const certificate = await readPublicKey(file);
      const owner = certificate && ownerOf(certificate, keys);
      if (certificate && owner) return [withCertificate(owner, certificate)];
      log.warn(`${file}: not a certificate of a key at hand`);
      return certificate && plainBlob(certificate) ? [withoutKey(path.basename(file), certificate)] : [];
    }),
  );
  return found.flat();
}

/** IdentityFile may name a certificate alone. Then another identity has its key, for example one of the agent. */
function withOwner(identity: Identity, keys: readonly Identity[]): Identity {
  const owner = identity.blob && ownerOf(identity.blob, keys);
  return identity.blob && owner ? withCertificate(owner, identity.blob) : identity;
}

/** The identity whose key the certificate certifies. Undefined when there is none, and for a blob that is no certificate. */
function ownerOf(certificate: Buffer, keys: readonly Identity[]): Identity | undefined {
  const plain = plainBlob(certificate);
  return plain && keys.find(({ blob }) => blob?.equals(plain));
}

/** A certificate whose key is not here. ssh(1) may find the key (ssh_config(5) PKCS11Provider). */
function withoutKey(label: string, certificate: Buffer): Identity {
  return {
    label,
    blob: certificate,
    isOnlyOpenssh: true,
    unlock: async () => false,
    publicBlob: () => certificate,
    sign: () => Promise.reject(new Error('the key is not here')),
  };
}

function withCertificate(identity: Identity, certificate: Buffer): Identity {
  return {
    ...identity,
    label: `${identity.label} (certificate)`,
    blob: certificate,
    publicBlob: () => certificate,
  };
}

/** SECURITY: as in OpenSSH, a private key that others may read is ignored. */
async function readPrivateKey(file: string, log: Log): Promise<string | undefined> {
  try {
    const handle = await fs.open(file);
    try {
      const { mode, uid } = await handle.stat();
      const text = await handle.readFile('utf8');
      const isPrivate = text.includes('PRIVATE KEY-----');
      if (isPrivate && process.platform !== 'win32' && uid === os.userInfo().uid && (mode & 0o077) !== 0) {
        log.warn(`${file}: ignored, because others may read it`);
        return undefined;
      }
      return text;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') log.warn(`${file}: ${errorText(error)}`);
    return undefined;
  }
}

async function readPublicKey(file: string): Promise<Buffer | undefined> {
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  return parsePublicKeyLine(text)?.blob;
}
