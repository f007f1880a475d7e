import { createHash } from 'node:crypto';
import type { Log } from '../../../base/log.ts';
import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { isLoopbackAddress } from '../../spec/loopback.ts';
import type { HostProblem } from '../connection.ts';
import { keyTypeOf, rsaBits } from '../keys/keys.ts';
import type { HostKeyQuestion, Prompts } from '../prompts.ts';
import { checkedAddress } from './checkedAddress.ts';
import { isOffence, judge, type KnownHost, lookupName, namesHost, type Offence, type Verdict } from './knownHosts.ts';
import { forgetKeys, readKnownHosts, rememberKeys } from './knownHostsFiles.ts';
import { findRevoked } from './revokedKeys.ts';
import { keyChanges, type ServerKeys } from './updateHostKeys.ts';

export interface KeyOwner {
  readonly address: string;
  /** No proxy or jump host stands between. */
  readonly isDirect: boolean;
  /** The server has a host certificate, which we did not ask for. */
  readonly hasCertificate: boolean;
}

export async function loadHostKeys(config: HostConfig, prompts: Prompts, log: Log): Promise<HostKeys> {
  return new HostKeys(config, prompts, log, await readKnownHosts(config, log));
}

/** A key that the user, or the user's own file, vouches for. */
interface TrustedKey {
  readonly key: Buffer;
  readonly address: string;
  /** The names to remember it under: the host's, and its address if that is checked. */
  readonly names: readonly string[];
}

/** The known keys of one host, and its policy (ssh_config(5) StrictHostKeyChecking). */
export class HostKeys {
  readonly #config: HostConfig;
  readonly #prompts: Prompts;
  readonly #log: Log;
  readonly #entries: readonly KnownHost[];
  /** The name to look up. HostKeyAlias is looked up as it stands, without the port. */
  readonly #name: string;
  /** The name without the port, where that differs and may vouch as well. */
  readonly #bareName: string | undefined;
  #trusted: TrustedKey | undefined;

  constructor(config: HostConfig, prompts: Prompts, log: Log, entries: readonly KnownHost[]) {
    const { hostKeyAlias, hostName, port } = config;
    this.#config = config;
    this.#prompts = prompts;
    this.#log = log;
    this.#entries = entries;
    this.#name = hostKeyAlias?.toLowerCase() ?? lookupName(hostName, port);
    this.#bareName = hostKeyAlias === undefined && port !== 22 ? lookupName(hostName, 22) : undefined;
  }

  /** The types of the known keys. We ask for these first, so that a server with several keys shows a known one. */
  get knownTypes(): readonly string[] {
    const names = this.#bareName === undefined ? [this.#name] : [this.#name, this.#bareName];
    return [...new Set(names.flatMap((name) => typesOf(this.#entries, name)))];
  }

  /** Settles when the key may be trusted, else rejects with a `UserError<HostProblem>`. */
  async verify(key: Buffer, { address, isDirect, hasCertificate }: KeyOwner, signal: AbortSignal): Promise<void> {
    const { noHostAuthenticationForLocalhost, hostKeyAlias, strictHostKeyChecking } = this.#config;
    await this.#requireAcceptable(key);
    // Machines with a shared home directory have one known_hosts, but localhost is another machine on each.
    if (noHostAuthenticationForLocalhost && hostKeyAlias === undefined && isDirect && isLoopbackAddress(address))
      return;
    const verdict = this.#judgeName(key, hasCertificate);
    const byAddress = this.#judgeAddress(key, address);
    const isNewAddress = byAddress?.verdict.kind === 'unknown';
    const isChangedAddress = byAddress?.verdict.kind === 'changed';
    const names = byAddress && !isChangedAddress ? [this.#name, byAddress.name] : [this.#name];
    if (verdict.kind === 'known') {
      if (!this.#isInUserFile(key)) return;
      this.#trusted = { key, address, names };
      if (isNewAddress) await rememberKeys(this.#config, [byAddress.name], [key], this.#log);
      return;
    }
    const answer = await this.#decide(key, address, signal);
    if (answer === 'refuse') throw new UserError<HostProblem>({ code: 'hostKeyUnknown', ...this.#facts(key) });
    this.#log.info(`host key ${keyTypeOf(key)} ${fingerprint(key)} accepted (${answer})`);
    if (answer === 'once') return;
    await rememberKeys(this.#config, isNewAddress ? names : [this.#name], [key], this.#log);
    if (strictHostKeyChecking === 'ask') this.#trusted = { key, address, names };
  }

  /** Updates the user's files with the keys of the server, where the policy allows it. Returns the numbers of keys. */
  async update(
    server: ServerKeys,
    signal: AbortSignal,
  ): Promise<{ readonly learned: number; readonly obsolete: number }> {
    if (!this.#trusted || this.#config.updateHostKeys === 'no') return { learned: 0, obsolete: 0 };
    const { key, address, names } = this.#trusted;
    const known = { userFiles: this.#config.userKnownHostsFiles, names, trusted: key };
    const changes = keyChanges(await readKnownHosts(this.#config, this.#log), known, server);
    const mayLearnAll = this.#config.updateHostKeys === 'yes';
    const learned = mayLearnAll ? changes.learned : await this.#confirmed(changes.learned, address, signal);
    if (learned.length > 0) await rememberKeys(this.#config, names, learned, this.#log);
    // A user who refused one of the new keys may want to keep the old ones.
    const mayForget = mayLearnAll || (learned.length > 0 && learned.length === changes.learned.length);
    const obsolete = mayForget ? changes.obsolete : [];
    await forgetKeys(obsolete, this.#log);
    return { learned: learned.length, obsolete: obsolete.length };
  }

  /** Rejects a key that is too short or revoked, whatever the known_hosts files say. */
  async #requireAcceptable(key: Buffer): Promise<void> {
    const { name: host, requiredRsaSize: required, revokedHostKeysFile: file } = this.#config;
    const bits = rsaBits(key);
    if (bits < required) throw new UserError<HostProblem>({ code: 'hostKeyTooShort', host, bits, required });
    const line = file === undefined ? undefined : await findRevoked(file, key);
    if (file === undefined || line === undefined) return;
    throw new UserError<HostProblem>({ code: 'hostKeyRevoked', ...this.#facts(key), file, line, lookup: this.#name });
  }

  #judgeName(key: Buffer, hasCertificate: boolean): { readonly kind: 'known' | 'unknown' } {
    let verdict = judge(this.#entries, this.#name, key);
    if (this.#bareName !== undefined && verdict.kind === 'unknown') {
      verdict = withoutPort(judge(this.#entries, this.#bareName, key));
    }
    if (isOffence(verdict)) throw this.#offence(verdict, key, this.#name);
    if (verdict.kind !== 'certAuthority') return verdict;
    // A certificate authority vouches for certificates alone. A server without one is simply unknown.
    if (!hasCertificate) return { kind: 'unknown' };
    const { file, line } = verdict.entry;
    throw new UserError<HostProblem>({ code: 'hostCertificateUnsupported', host: this.#config.name, file, line });
  }

  /** CheckHostIP (ssh_config(5)). Undefined where the address is not checked. */
  #judgeAddress(key: Buffer, address: string): { readonly name: string; readonly verdict: Verdict } | undefined {
    const name = checkedAddress(this.#config, address);
    if (name === undefined) return undefined;
    const verdict = judge(this.#entries, name, key);
    if (isOffence(verdict)) {
      if (verdict.kind === 'revoked' || this.#config.strictHostKeyChecking !== 'no') {
        throw this.#offence(verdict, key, name);
      }
      this.#log.warn(`${name} is known with another key: ${verdict.entry.file}:${verdict.entry.line}`);
    }
    return { name, verdict };
  }

  /** Does a file of the user name this host, with its port, and this key? */
  #isInUserFile(shown: Buffer): boolean {
    return this.#entries.some(
      ({ file, marker, hosts, key }) =>
        this.#config.userKnownHostsFiles.includes(file) &&
        marker === 'none' &&
        namesHost(hosts, this.#name) &&
        key.equals(shown),
    );
  }

  async #decide(key: Buffer, address: string, signal: AbortSignal): Promise<'once' | 'remember' | 'refuse'> {
    switch (this.#config.strictHostKeyChecking) {
      case 'yes':
        return 'refuse';
      case 'accept-new':
      case 'no':
        return 'remember';
      case 'ask':
        return this.#config.batchMode ? 'refuse' : this.#prompts.hostKey(this.#question(key, address), signal);
    }
  }

  /** The keys that the user agrees to remember. */
  async #confirmed(keys: readonly Buffer[], address: string, signal: AbortSignal): Promise<readonly Buffer[]> {
    if (this.#config.batchMode) return [];
    const confirmed: Buffer[] = [];
    for (const key of keys) {
      if ((await this.#prompts.hostKey(this.#question(key, address), signal)) === 'remember') confirmed.push(key);
    }
    return confirmed;
  }

  #question(key: Buffer, address: string): HostKeyQuestion {
    return { ...this.#facts(key), address, port: this.#config.port };
  }

  #facts(key: Buffer): Pick<HostKeyQuestion, 'host' | 'keyType' | 'fingerprint'> {
    return { host: this.#config.name, keyType: keyTypeOf(key), fingerprint: fingerprint(key) };
  }

  #offence({ kind, entry: { file, line } }: Offence, key: Buffer, lookup: string): UserError<HostProblem> {
    const code = kind === 'changed' ? 'hostKeyChanged' : 'hostKeyRevoked';
    return new UserError<HostProblem>({ code, ...this.#facts(key), file, line, lookup });
  }
}

/** An entry without the port counts only if it vouches for the key. Another key there says nothing about this port. */
function withoutPort(verdict: Verdict): Verdict {
  return verdict.kind === 'known' || verdict.kind === 'revoked' ? verdict : { kind: 'unknown' };
}

function typesOf(entries: readonly KnownHost[], name: string): readonly string[] {
  return entries
    .filter(({ marker, hosts }) => marker === 'none' && namesHost(hosts, name))
    .map(({ keyType }) => keyType);
}

/** `SHA256:…` without padding, as ssh-keygen -l prints it. */
function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
