import { createHash } from 'node:crypto';
import net from 'node:net';
import type { Log } from '../../../base/log.ts';
import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { HostProblem } from '../connection.ts';
import { isLoopbackAddress } from '../../spec/loopback.ts';
import { keyTypeOf, rsaBits } from '../keys/keys.ts';
import { judge, type KnownHost, lookupName, namesHost, type Verdict } from './knownHosts.ts';
import { forgetKeys, readKnownHosts, rememberKeys } from './knownHostsFiles.ts';
import type { HostKeyQuestion, Prompts } from '../prompts.ts';
import { findRevoked } from './revokedKeys.ts';
import { keyChanges, type ServerKeys } from './updateHostKeys.ts';

/** What we know about one host, and what its policy (ssh_config(5) StrictHostKeyChecking) makes of a key. */
export interface HostKeys {
  /** Key types that we hold for the host: asked for first, so that a server with several keys shows one we know. */
  readonly knownTypes: readonly string[];
  /** Returns when the key may be trusted, else throws a `UserError<ConnectProblem>`. */
  verify(key: Buffer, server: KeyOwner, signal: AbortSignal): Promise<void>;
  /** Brings the user's files up to date with the keys of the server, where the policy allows it. Returns how many. */
  update(server: ServerKeys, signal: AbortSignal): Promise<{ readonly learned: number; readonly obsolete: number }>;
}

export interface KeyOwner {
  readonly address: string;
  /** No proxy or jump host stands between. */
  readonly isDirect: boolean;
  /** It could have shown a certificate, had we asked for one. */
  readonly hasCertificate: boolean;
}

export async function loadHostKeys(config: HostConfig, prompts: Prompts, log: Log): Promise<HostKeys> {
  const entries = await readKnownHosts(config, log);
  // HostKeyAlias is looked up as it stands, without the port.
  const name = config.hostKeyAlias?.toLowerCase() ?? lookupName(config.hostName, config.port);
  const bare = config.hostKeyAlias === undefined && config.port !== 22 ? lookupName(config.hostName, 22) : undefined;
  const shown = (key: Buffer): Pick<HostKeyQuestion, 'host' | 'keyType' | 'fingerprint'> => ({
    host: config.name,
    keyType: keyTypeOf(key),
    fingerprint: fingerprint(key),
  });
  const offending = ({ kind, entry: { file, line } }: Offence, key: Buffer, lookup: string): UserError<HostProblem> => {
    const code = kind === 'changed' ? 'hostKeyChanged' : 'hostKeyRevoked';
    return new UserError<HostProblem>({ code, ...shown(key), file, line, lookup });
  };
  /** Whatever the known_hosts files say. */
  const checkUnfit = async (key: Buffer): Promise<void> => {
    const [bits, required] = [rsaBits(key), config.requiredRsaSize];
    if (bits < required)
      throw new UserError<HostProblem>({ code: 'hostKeyTooShort', host: config.name, bits, required });
    const { revokedHostKeysFile: file } = config;
    const line = file === undefined ? undefined : await findRevoked(file, key);
    if (file === undefined || line === undefined) return;
    throw new UserError<HostProblem>({ code: 'hostKeyRevoked', ...shown(key), file, line, lookup: name });
  };
  /** What the user's own file, or the user, vouches for. */
  let trusted: { readonly key: Buffer; readonly address: string; readonly names: readonly string[] } | undefined;
  return {
    knownTypes: [...new Set([...typesOf(entries, name), ...(bare === undefined ? [] : typesOf(entries, bare))])],
    verify: async (key, { address, isDirect, hasCertificate }, signal) => {
      await checkUnfit(key);
      // The same home on several machines makes localhost another one on each.
      const isExempt = config.noHostAuthenticationForLocalhost && config.hostKeyAlias === undefined;
      if (isExempt && isDirect && isLoopbackAddress(address)) return;
      let verdict = judge(entries, name, key);
      const isExact = verdict.kind === 'known';
      if (bare !== undefined && verdict.kind === 'unknown') verdict = withoutPort(judge(entries, bare, key));
      // Without a certificate to check, an authority says nothing about this host: it is simply unknown.
      if (verdict.kind === 'certAuthority' && !hasCertificate) verdict = { kind: 'unknown' };
      if (isOffence(verdict)) throw offending(verdict, key, name);
      if (verdict.kind === 'certAuthority') {
        const { file, line } = verdict.entry;
        throw new UserError<HostProblem>({ code: 'hostCertificateUnsupported', host: config.name, file, line });
      }

      const ip = checkedAddress(config, address);
      const ofAddress = ip === undefined ? undefined : judge(entries, ip, key);
      if (ip !== undefined && ofAddress && isOffence(ofAddress)) {
        const error = offending(ofAddress, key, ip);
        if (ofAddress.kind === 'revoked' || config.strictHostKeyChecking !== 'no') throw error;
        log.warn(`${ip} is known with another key: ${ofAddress.entry.file}:${ofAddress.entry.line}`);
      }
      const names = ip === undefined || ofAddress?.kind === 'changed' ? [name] : [name, ip];
      if (verdict.kind === 'known') {
        const isOurs = isExact && entries.some((entry) => isUsers(config, entry) && vouches(entry, name, key));
        if (!isOurs) return;
        trusted = { key, address, names };
        if (ip !== undefined && ofAddress?.kind === 'unknown') await rememberKeys(config, [ip], [key], log);
        return;
      }
      const answer = await decide(config, async () =>
        prompts.hostKey({ ...shown(key), address, port: config.port }, signal),
      );
      if (answer === 'refuse') throw new UserError<HostProblem>({ code: 'hostKeyUnknown', ...shown(key) });
      log.info(`host key ${keyTypeOf(key)} ${fingerprint(key)} accepted (${answer})`);
      if (answer === 'once') return;
      await rememberKeys(config, ofAddress?.kind === 'unknown' ? names : [name], [key], log);
      if (config.strictHostKeyChecking === 'ask') trusted = { key, address, names };
    },
    update: async (server, signal) => {
      if (!trusted || config.updateHostKeys === 'no') return { learned: 0, obsolete: 0 };
      const { key, address, names } = trusted;
      const known = { userFiles: config.userKnownHostsFiles, names, trusted: key };
      const changes = keyChanges(await readKnownHosts(config, log), known, server);
      const learned: Buffer[] = [];
      for (const each of changes.learned) {
        const isWanted =
          config.updateHostKeys === 'yes' ||
          (!config.batchMode &&
            (await prompts.hostKey({ ...shown(each), address, port: config.port }, signal)) === 'remember');
        if (isWanted) learned.push(each);
      }
      if (learned.length > 0) await rememberKeys(config, names, learned, log);
      // Who was asked and refused a key may not want to lose the others.
      const isWhole =
        config.updateHostKeys === 'yes' || (learned.length > 0 && learned.length === changes.learned.length);
      const obsolete = isWhole ? changes.obsolete : [];
      await forgetKeys(obsolete, log);
      return { learned: learned.length, obsolete: obsolete.length };
    },
  };
}

type Offence = Verdict & { readonly kind: 'changed' | 'revoked' };

function isOffence(verdict: Verdict): verdict is Offence {
  return verdict.kind === 'changed' || verdict.kind === 'revoked';
}

/**
 * What CheckHostIP looks up besides the name. As with ssh(1), nothing where the address says nothing about the host: this
 * machine's own, one that a proxy resolves, or one that was typed instead of a name.
 */
function checkedAddress(config: HostConfig, address: string): string | undefined {
  const isCheckable = net.isIP(address) !== 0 && !isLoopbackAddress(address) && address !== config.hostName;
  return config.checkHostIp && isCheckable ? lookupName(address, config.port) : undefined;
}

function isUsers({ userKnownHostsFiles }: HostConfig, { file }: KnownHost): boolean {
  return userKnownHostsFiles.includes(file);
}

function vouches({ marker, hosts, key }: KnownHost, name: string, shown: Buffer): boolean {
  return marker === 'none' && namesHost(hosts, name) && key.equals(shown);
}

/** An entry without the port counts only where it vouches for the key; a different key there says nothing about this port. */
function withoutPort(verdict: Verdict): Verdict {
  return verdict.kind === 'known' || verdict.kind === 'revoked' ? verdict : { kind: 'unknown' };
}

async function decide(
  config: HostConfig,
  ask: () => Promise<'once' | 'remember' | 'refuse'>,
): Promise<'once' | 'remember' | 'refuse'> {
  switch (config.strictHostKeyChecking) {
    case 'yes':
      return 'refuse';
    case 'accept-new':
    case 'no':
      return 'remember';
    case 'ask':
      return config.batchMode ? 'refuse' : ask();
  }
}

function typesOf(entries: readonly KnownHost[], name: string): readonly string[] {
  return entries
    .filter(({ marker, hosts }) => marker === 'none' && namesHost(hosts, name))
    .map(({ keyType }) => keyType);
}

/** `SHA256:…` without padding, as ssh-keygen -l prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
