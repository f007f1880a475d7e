import path from 'node:path';
import { unreadable, type UnreadableFile } from '../../base/unreadableFile.ts';
import { errorCode, isProblem } from '../../base/userError.ts';
import type { Destination } from '../spec/destination.ts';
import { atPlace, type Place } from './badValue.ts';
import { canonicalize } from './effective/canonicalize.ts';
import { effectiveConfig } from './effective/effective.ts';
import type { HostConfig } from './hostConfig.ts';
import { checkHostName, checkUserName } from '../spec/names.ts';
import { type FileResult, type Pass, readConfigFile, readSetting } from './reading/read.ts';
import { settle } from './effective/settle.ts';
import type { ResolvedConfig } from './resolvedConfig.ts';
import { splitLine } from './reading/syntax.ts';
import type { SourceFile } from './reading/walk.ts';
import { expand } from './reading/tokens.ts';
import { Values } from './keywords/values.ts';
import { realEnvironment, type Environment } from './environment.ts';

export interface ConfigSource {
  /** As for ssh -F: replaces the user's and the system-wide file. `none` stands for no file. */
  readonly userFile?: string;
  /** Default: the home folder of the user database. */
  readonly home?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface ResolveOptions extends ConfigSource {
  /** Lines as for ssh -o, `Key=value`. The flags -p, -l, -i and -J become such lines too. They win over the files. */
  readonly overrides?: readonly string[];
  /** From a typed `user@host:port`. `overrides` win over them. */
  readonly user?: string;
  readonly port?: number;
  /** SECURITY: the user's consent to run a `Match exec` command. Without it, `resolveHost` throws `commandNotAllowed`. */
  readonly allowCommand: (command: string) => boolean | Promise<boolean>;
}

/** The configuration that `ssh NAME` would use. @throws UserError<ConfigProblem> */
export async function resolveHost(name: string, options: ResolveOptions, signal: AbortSignal): Promise<HostConfig> {
  return effectiveConfig(await resolveConfig(name, options, signal));
}

/**
 * The configuration of a jump host. It comes from the same files, without the options given for the destination.
 *
 * @throws UserError<ConfigProblem>
 */
export function resolveHop(
  { host, ...asked }: Destination,
  { overrides: _overrides, user: _user, port: _port, ...source }: ResolveOptions,
  signal: AbortSignal,
): Promise<HostConfig> {
  return resolveHost(host, { ...source, ...asked }, signal);
}

/** The configuration that `ssh -G NAME` prints. @throws UserError<ConfigProblem> */
export async function resolveConfig(
  name: string,
  options: ResolveOptions,
  signal: AbortSignal,
): Promise<ResolvedConfig> {
  checkHostName(name);
  const environment = realEnvironment(options);
  const values = new Values();
  applyCommandLine(values, options, environment);
  const pass: Pass = {
    values,
    environment,
    host: name,
    originalHost: name,
    isFinal: false,
    allowCommand: options.allowCommand,
    signal,
  };
  const wantsFinalPass = await readFiles(options.userFile, pass);
  fixCanonicalization(values);
  const hostName = await canonicalize(expandHostName(values, name), values, signal);
  const isCanonicalizing = values.get('canonicalizehostname') !== 'false';
  if (wantsFinalPass || isCanonicalizing) {
    values.replace('hostname', [hostName], placeOf(values, 'hostname'));
    await readFiles(options.userFile, { ...pass, host: hostName, isFinal: true });
  }
  return settle({ name, hostName, values, environment });
}

/** The configuration files, first the one that wins. */
export function configFiles(userFile: string | undefined, environment: Environment): readonly SourceFile[] {
  if (userFile?.toLowerCase() === 'none') return [];
  if (userFile !== undefined) return [{ file: path.resolve(userFile), origin: 'user', check: 'nothing' }];
  return [
    { file: path.join(environment.home, '.ssh', 'config'), origin: 'user', check: 'permissions' },
    { file: path.join(environment.systemFolder, 'ssh_config'), origin: 'system', check: 'nothing' },
  ];
}

function applyCommandLine(values: Values, options: ResolveOptions, environment: Environment): void {
  const place: Place = { file: 'command-line', line: 0 };
  try {
    for (const text of options.overrides ?? []) {
      const line = splitLine(text, place);
      if (line) readSetting(line, { origin: 'user', isActive: true }, values, environment);
    }
  } catch (error) {
    throw atPlace(place, error);
  }
  if (options.user !== undefined) values.setFirst('user', [options.user], place);
  if (options.port !== undefined) values.setFirst('port', [String(options.port)], place);
  const user = values.get('user');
  if (user !== undefined) checkUserName(user);
}

async function readFiles(userFile: string | undefined, pass: Pass): Promise<boolean> {
  let wantsFinalPass = false;
  for (const source of configFiles(userFile, pass.environment)) {
    pass.signal.throwIfAborted();
    const result = userFile === undefined ? await readUsualFile(source, pass) : await readConfigFile(source, pass);
    if (!result.exists && userFile !== undefined) throw unreadable(source.file, 'no such file');
    wantsFinalPass ||= result.wantsFinalPass;
  }
  return wantsFinalPass;
}

/** ssh(1) ignores a default file that it cannot open. It fails for a file that -F or Include names. */
async function readUsualFile(source: SourceFile, pass: Pass): Promise<FileResult> {
  try {
    return await readConfigFile(source, pass);
  } catch (error) {
    const isClosed = isProblem<UnreadableFile>(error, 'fileUnreadable') && error.problem.file === source.file;
    if (!isClosed || errorCode(error.cause) === undefined) throw error;
    return { exists: false, wantsFinalPass: false };
  }
}

/** The first reading decides how names are completed. The final reading comes after that. */
function fixCanonicalization(values: Values): void {
  const place: Place = { file: '', line: 0 };
  values.setFirst('canonicalizehostname', ['false'], place);
  values.setFirst('canonicalizemaxdots', ['1'], place);
  values.setFirst('canonicalizefallbacklocal', ['yes'], place);
}

function expandHostName(values: Values, name: string): string {
  const hostName = values.get('hostname');
  if (hostName === undefined) return name;
  try {
    return expand(hostName, { h: name });
  } catch (error) {
    throw atPlace(placeOf(values, 'hostname'), error);
  }
}

function placeOf(values: Values, key: string): Place {
  return values.settings.get(key)?.place ?? { file: 'command-line', line: 0 };
}
