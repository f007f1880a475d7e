import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../base/log.ts';
import { errorCode, errorText, UserError } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import type { ConnectProblem } from './connection.ts';
import {
  hashedName,
  judge,
  type KnownHost,
  lookupName,
  namesHost,
  parseKnownHosts,
  type Verdict,
} from './knownHosts.ts';
import type { Prompts } from './prompts.ts';
import { WireReader } from './wire.ts';

/** What we know about one host, and what its policy (ssh_config(5) StrictHostKeyChecking) makes of a key. */
export interface HostKeys {
  /** Key types that we hold for the host: asked for first, so that a server with several keys shows one we know. */
  readonly knownTypes: readonly string[];
  /** Returns when the key may be trusted, else throws a `UserError<ConnectProblem>`. */
  verify(key: Buffer, server: KeyOwner, signal: AbortSignal): Promise<void>;
}

export interface KeyOwner {
  readonly address: string;
  /** It could have shown a certificate, had we asked for one. */
  readonly hasCertificate: boolean;
}

export async function loadHostKeys(config: HostConfig, prompts: Prompts, log: Log): Promise<HostKeys> {
  const files = [...config.userKnownHostsFiles, ...config.globalKnownHostsFiles];
  const entries = (await Promise.all(files.map((file) => readKnownHosts(file, log)))).flat();
  // HostKeyAlias is looked up as it stands, without the port.
  const name = config.hostKeyAlias?.toLowerCase() ?? lookupName(config.hostName, config.port);
  const bare = config.hostKeyAlias === undefined && config.port !== 22 ? lookupName(config.hostName, 22) : undefined;
  return {
    knownTypes: [...new Set([...typesOf(entries, name), ...(bare === undefined ? [] : typesOf(entries, bare))])],
    verify: async (key, { address, hasCertificate }, signal) => {
      const keyType = new WireReader(key).text();
      const shown = { host: config.name, keyType, fingerprint: fingerprint(key) };
      let verdict = judge(entries, name, key);
      if (bare !== undefined && verdict.kind === 'unknown') verdict = withoutPort(judge(entries, bare, key));
      // Without a certificate to check, an authority says nothing about this host: it is simply unknown.
      if (verdict.kind === 'certAuthority' && !hasCertificate) verdict = { kind: 'unknown' };
      switch (verdict.kind) {
        case 'known':
          break;
        case 'changed':
        case 'revoked': {
          const { file, line } = verdict.entry;
          const code = verdict.kind === 'changed' ? 'hostKeyChanged' : 'hostKeyRevoked';
          throw new UserError<ConnectProblem>({ code, ...shown, file, line, lookup: name });
        }
        case 'certAuthority': {
          const { file, line } = verdict.entry;
          throw new UserError<ConnectProblem>({ code: 'hostCertificateUnsupported', host: config.name, file, line });
        }
        case 'unknown': {
          const answer = await decide(config, async () =>
            prompts.hostKey({ ...shown, address, port: config.port }, signal),
          );
          if (answer === 'refuse') throw new UserError<ConnectProblem>({ code: 'hostKeyUnknown', ...shown });
          log.info(`host key ${keyType} ${shown.fingerprint} accepted (${answer})`);
          if (answer === 'remember') await remember(config, name, key, log);
        }
      }
    },
  };
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

async function readKnownHosts(file: string, log: Log): Promise<readonly KnownHost[]> {
  try {
    return parseKnownHosts(file, await fs.readFile(file, 'utf8'));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') log.warn(`known hosts not read: ${errorText(error)}`);
    return [];
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

/** Appends to a file that may not exist yet, with the permissions that ssh gives it. */
export async function appendKnownHosts(file: string, lines: string): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await fs.open(file, 'a+', 0o600);
  try {
    const text = await handle.readFile('utf8');
    await handle.appendFile(text === '' || text.endsWith('\n') ? lines : `\n${lines}`);
  } finally {
    await handle.close();
  }
}

/** Appends a line to the first of the user's files. A file that cannot be written costs the memory, not the connection. */
async function remember(config: HostConfig, name: string, key: Buffer, log: Log): Promise<void> {
  const [file] = config.userKnownHostsFiles;
  if (file === undefined) return;
  const hosts = config.hashKnownHosts ? hashedName(name, randomBytes(20)) : name;
  const line = `${hosts} ${new WireReader(key).text()} ${key.toString('base64')}\n`;
  try {
    await appendKnownHosts(file, line);
  } catch (error) {
    log.warn(`host key not remembered: ${errorText(error)}`);
  }
}
