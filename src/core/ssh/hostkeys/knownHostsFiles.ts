import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../../base/log.ts';
import { errorCode, errorText } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { editFile } from '../../../base/editFile.ts';
import { keyTypeOf } from '../keys/keys.ts';
import { hashedName, type KnownHost, parseKnownHosts } from './knownHosts.ts';

/** All that the user's and the global files say. */
export async function readKnownHosts(
  { userKnownHostsFiles, globalKnownHostsFiles }: HostConfig,
  log: Log,
): Promise<readonly KnownHost[]> {
  const files = [...userKnownHostsFiles, ...globalKnownHostsFiles];
  return (await Promise.all(files.map((file) => readFile(file, log)))).flat();
}

async function readFile(file: string, log: Log): Promise<readonly KnownHost[]> {
  try {
    return parseKnownHosts(file, await fs.readFile(file, 'utf8'));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') log.warn(`known hosts not read: ${errorText(error)}`);
    return [];
  }
}

/** Adds keys to the first of the user's files. A file that cannot be written costs the memory, not the connection. */
export async function rememberKeys(
  { userKnownHostsFiles: [file], hashKnownHosts }: HostConfig,
  names: readonly string[],
  keys: readonly Buffer[],
  log: Log,
): Promise<void> {
  if (file === undefined) return;
  const lines = keys.flatMap((key) => {
    // A hash stands for one name.
    const hosts = hashKnownHosts ? names.map((name) => hashedName(name, randomBytes(20))) : [names.join(',')];
    return hosts.map((host) => `${host} ${keyTypeOf(key)} ${key.toString('base64')}\n`);
  });
  try {
    await appendKnownHosts(file, lines.join(''));
  } catch (error) {
    log.warn(`host key not remembered: ${errorText(error)}`);
  }
}

/** Takes lines out of their files. No other byte changes. */
export async function forgetKeys(obsolete: readonly KnownHost[], log: Log): Promise<void> {
  for (const file of new Set(obsolete.map((entry) => entry.file))) {
    const isObsolete = ({ marker, hosts, key }: KnownHost): boolean =>
      obsolete.some((each) => each.marker === marker && each.hosts === hosts && each.key.equals(key));
    try {
      await editFile(file, (text) => {
        const gone = new Set(
          parseKnownHosts(file, text)
            .filter(isObsolete)
            .map(({ line }) => line),
        );
        return text
          .split(/(?<=\n)/)
          .filter((_, index) => !gone.has(index + 1))
          .join('');
      });
      log.info(`${file}: keys that the server has no more are forgotten`);
    } catch (error) {
      log.warn(`obsolete host keys not forgotten: ${errorText(error)}`);
    }
  }
}

/** Appends to a file that may not exist yet, with the permissions that ssh gives it. */
export async function appendKnownHosts(file: string, lines: string): Promise<void> {
  // One folder, as ssh(1) makes ~/.ssh. Opening tells what stands in the way; making parents too, Node may try for ever.
  await fs.mkdir(path.dirname(file), { mode: 0o700 }).catch(() => undefined);
  const handle = await fs.open(file, 'a+', 0o600);
  try {
    const text = await handle.readFile('utf8');
    await handle.appendFile(text === '' || text.endsWith('\n') ? lines : `\n${lines}`);
  } finally {
    await handle.close();
  }
}
