import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../../base/log.ts';
import { errorCode, errorText } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { editFile } from '../../../base/editFile.ts';
import { keyTypeOf } from '../keys/keys.ts';
import { hashedName, type KnownHost, parseKnownHosts } from './knownHosts.ts';

/** The entries of the user's files, then of the global files. */
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

/** Adds keys to the first of the user's files. A write error is logged, and the connection goes on. */
export async function rememberKeys(
  { userKnownHostsFiles: [file], hashKnownHosts }: HostConfig,
  names: readonly string[],
  keys: readonly Buffer[],
  log: Log,
): Promise<void> {
  if (file === undefined) return;
  const lines = keys.flatMap((key) => {
    // One hash stands for one name.
    const hosts = hashKnownHosts ? names.map((name) => hashedName(name, randomBytes(20))) : [names.join(',')];
    return hosts.map((host) => `${host} ${keyTypeOf(key)} ${key.toString('base64')}\n`);
  });
  try {
    await appendKnownHosts(file, lines.join(''));
  } catch (error) {
    log.warn(`host key not remembered: ${errorText(error)}`);
  }
}

/** Removes lines from their files. No other byte changes. */
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
      log.info(`${file}: removed host keys that the server no longer has`);
    } catch (error) {
      log.warn(`obsolete host keys not removed: ${errorText(error)}`);
    }
  }
}

/** Appends to a file. Creates a missing file with the permissions that ssh gives it. */
export async function appendKnownHosts(file: string, lines: string): Promise<void> {
  // One folder, as ssh(1) makes ~/.ssh. CAUTION: with `recursive`, Node may try for ever. `open` reports any obstacle.
  await fs.mkdir(path.dirname(file), { mode: 0o700 }).catch(() => undefined);
  const handle = await fs.open(file, 'a+', 0o600);
  try {
    const text = await handle.readFile('utf8');
    await handle.appendFile(text === '' || text.endsWith('\n') ? lines : `\n${lines}`);
  } finally {
    await handle.close();
  }
}
