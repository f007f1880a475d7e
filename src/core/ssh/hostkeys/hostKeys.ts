import type { Log } from '../../../base/log.ts';
import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { isLoopbackAddress } from '../../spec/loopback.ts';
import type { HostProblem } from '../connection.ts';
import type { CertificateFault } from '../certificateFault.ts';
import { plainBlob } from '../keys/certificate.ts';
import { fingerprint } from '../keys/fingerprint.ts';
import { keyTypeOf, rsaBits } from '../keys/keys.ts';
import type { HostKeyQuestion, Prompts } from '../prompts.ts';
import { checkedAddress } from './checkedAddress.ts';
import { certificateFault, readHostCertificate, type SignedCertificate } from './hostCertificate.ts';
import {
  isOffence,
  judge,
  judgeAuthorityOf,
  type KnownHost,
  type KnownKinds,
  knownKinds,
  lookupName,
  namesHost,
  type Offence,
  type Verdict,
  withoutPort,
} from './knownHosts.ts';
import { forgetKeys, readKnownHosts, rememberKeys } from './knownHostsFiles.ts';
import { findRevoked } from './revokedKeys.ts';
import { keyChanges, type ServerKeys } from './updateHostKeys.ts';

export interface KeyOwner {
  readonly address: string;
  /** No proxy or jump host stands between. */
  readonly isDirect: boolean;
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

  /** What is known of the host. We ask for this first, so that a server with several keys shows a known one. */
  get known(): KnownKinds {
    return knownKinds(this.#entries, this.#name, this.#bareName);
  }

  /**
   * Settles with what is trusted: the certificate, or the key that the server shows or its certificate certifies. Else
   * rejects with a `UserError<HostProblem>`.
   */
  async verify(shown: Buffer, owner: KeyOwner, signal: AbortSignal): Promise<'certificate' | 'key'> {
    const certificate = readHostCertificate(shown);
    if (typeof certificate === 'string') throw this.#invalid(certificate, plainBlob(shown) ?? shown);
    const key = certificate?.key ?? shown;
    await this.#requireAcceptable(shown, key);
    if (this.#isExempt(owner)) return 'key';
    const fault = certificate && this.#judgeCertificate(certificate);
    if (fault === 'none') return 'certificate';
    // As in ssh(1), the key of a certificate that proves nothing is judged like any plain key.
    if (fault) this.#log.warn(`the host certificate does not count: ${fault}`);
    await this.#verifyKey(key, owner.address, fault, signal);
    return 'key';
  }

  /** Machines with a shared home directory have one known_hosts, but localhost is another machine on each. */
  #isExempt({ address, isDirect }: KeyOwner): boolean {
    const { noHostAuthenticationForLocalhost, hostKeyAlias } = this.#config;
    return noHostAuthenticationForLocalhost && hostKeyAlias === undefined && isDirect && isLoopbackAddress(address);
  }

  async #verifyKey(
    key: Buffer,
    address: string,
    fault: CertificateFault | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const verdict = this.#judgeName(key);
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
    const answer = await this.#decide(
      { ...this.#question(key, address), ...(fault && { certificateFault: fault }) },
      signal,
    );
    if (answer === undefined) throw new UserError<HostProblem>({ code: 'cancelled' });
    if (answer === 'refuse') {
      throw fault
        ? this.#invalid(fault, key)
        : new UserError<HostProblem>({ code: 'hostKeyUnknown', ...this.#facts(key) });
    }
    this.#log.info(`host key ${keyTypeOf(key)} ${fingerprint(key)} accepted (${answer})`);
    if (answer === 'once') return;
    await rememberKeys(this.#config, isNewAddress ? names : [this.#name], [key], this.#log);
    if (this.#config.strictHostKeyChecking === 'ask') this.#trusted = { key, address, names };
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

  /** Rejects a key or a certificate that is too short or revoked, whatever the known_hosts files say. */
  async #requireAcceptable(shown: Buffer, key: Buffer): Promise<void> {
    const { name: host, requiredRsaSize: required, revokedHostKeysFile: file } = this.#config;
    const bits = rsaBits(key);
    if (bits < required) throw new UserError<HostProblem>({ code: 'hostKeyTooShort', host, bits, required });
    const line = file === undefined ? undefined : await findRevoked(file, shown);
    if (file === undefined || line === undefined) return;
    throw new UserError<HostProblem>({ code: 'hostKeyRevoked', ...this.#facts(key), file, line, lookup: this.#name });
  }

  /** Why a certificate is no proof. Undefined where no authority is known for the host. */
  #judgeCertificate(certificate: SignedCertificate): CertificateFault | 'none' | undefined {
    const { hostKeyAlias, hostName, caSignatureAlgorithms } = this.#config;
    const principal = hostKeyAlias?.toLowerCase() ?? hostName.toLowerCase();
    const { lookup, verdict } = judgeAuthorityOf(this.#entries, this.#name, this.#bareName, certificate);
    switch (verdict.kind) {
      case 'revoked':
        throw this.#offence(verdict, verdict.entry.key, lookup);
      case 'otherAuthority':
        return 'otherAuthority';
      case 'unknown':
        return undefined;
      case 'known':
        return certificateFault(certificate, principal, caSignatureAlgorithms) ?? 'none';
    }
  }

  #judgeName(key: Buffer): { readonly kind: 'known' | 'unknown' } {
    let verdict = judge(this.#entries, this.#name, key);
    if (this.#bareName !== undefined && verdict.kind === 'unknown') {
      verdict = withoutPort(judge(this.#entries, this.#bareName, key));
    }
    if (isOffence(verdict)) throw this.#offence(verdict, key, this.#name);
    return verdict;
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

  async #decide(question: HostKeyQuestion, signal: AbortSignal): ReturnType<Prompts['hostKey']> {
    switch (this.#config.strictHostKeyChecking) {
      case 'yes':
        return 'refuse';
      case 'accept-new':
      case 'no':
        return 'remember';
      case 'ask':
        return this.#config.batchMode ? 'refuse' : this.#prompts.hostKey(question, signal);
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

  #invalid(fault: CertificateFault, key: Buffer): UserError<HostProblem> {
    return new UserError<HostProblem>({ code: 'hostCertificateInvalid', ...this.#facts(key), fault });
  }

  #offence({ kind, entry: { file, line } }: Offence, key: Buffer, lookup: string): UserError<HostProblem> {
    const code = kind === 'changed' ? 'hostKeyChanged' : 'hostKeyRevoked';
    return new UserError<HostProblem>({ code, ...this.#facts(key), file, line, lookup });
  }
}
