import { UserError } from '../../../base/userError.ts';
import { atPlace, BadValue } from '../badValue.ts';
import { succeeds } from './matchExec.ts';
import { glob } from './glob.ts';
import type { ConfigProblem } from '../hostConfig.ts';
import { includePattern } from './include.ts';
import { applyKeyword } from '../keywords/keyword.ts';
import { findKeyword } from '../keywords/keywords.ts';
import { type Criterion, type MatchFacts, readMatch } from './match.ts';
import { matchList, matchPattern } from '../../../base/pattern.ts';
import { readLines } from './source.ts';
import { Arguments, type Line, splitLine } from './syntax.ts';
import { connectionTokens } from './connectionTokens.ts';
import { expand } from './tokens.ts';
import type { Values } from '../keywords/values.ts';
import type { Environment } from '../environment.ts';

/** READCONF_MAX_DEPTH of OpenSSH. */
export const maxDepth = 16;

/** One reading of all files for one destination. Files are read a second time for `Match final` (ssh_config(5)). */
export interface Pass {
  readonly values: Values;
  readonly environment: Environment;
  /** What Host patterns see: the name as typed, in the final pass the real host name. */
  readonly host: string;
  readonly originalHost: string;
  readonly isFinal: boolean;
  readonly allowCommand: (command: string) => boolean | Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface FileToRead {
  readonly file: string;
  readonly origin: 'user' | 'system';
  readonly check: 'permissions' | 'nothing';
  readonly depth: number;
  /** The block that includes this file applies, so its blocks may. */
  readonly isActive: boolean;
}

export interface FileResult {
  readonly exists: boolean;
  readonly wantsFinalPass: boolean;
}

/** @throws UserError<ConfigProblem> */
export async function readConfigFile(source: FileToRead, pass: Pass): Promise<FileResult> {
  const lines = await readLines(source.file, source.check);
  if (!lines) return { exists: false, wantsFinalPass: false };
  let { isActive } = source;
  let wantsFinalPass = false;
  for (const [index, text] of lines.entries()) {
    const place = { file: source.file, line: index + 1 };
    try {
      const line = splitLine(text, place);
      if (!line) continue;
      const result = await readLine(line, { ...source, isActive }, source.isActive, pass);
      isActive = result.isActive;
      wantsFinalPass ||= result.wantsFinalPass;
    } catch (error) {
      throw atPlace(place, error);
    }
  }
  return { exists: true, wantsFinalPass };
}

interface LineResult {
  /** Whether the lines that follow apply. */
  readonly isActive: boolean;
  readonly wantsFinalPass: boolean;
}

async function readLine(line: Line, source: FileToRead, mayMatch: boolean, pass: Pass): Promise<LineResult> {
  switch (line.keyword) {
    case 'host':
      return { isActive: matchesHost(new Arguments(line.rest), pass.host, mayMatch), wantsFinalPass: false };
    case 'match': {
      const { criteria, wantsFinalPass } = readMatch(new Arguments(line.rest), matchFacts(pass));
      return { isActive: mayMatch && (await allHold(criteria, pass)), wantsFinalPass };
    }
    case 'include':
      return { isActive: source.isActive, wantsFinalPass: await readIncluded(line, source, pass) };
    default:
      readSetting(line, source, pass.values, pass.environment);
      return { isActive: source.isActive, wantsFinalPass: false };
  }
}

/** One line that sets something. @throws BadValue */
export function readSetting(
  line: Line,
  source: { readonly origin: 'user' | 'system'; readonly isActive: boolean },
  values: Values,
  { env }: Environment,
): void {
  const keyword = findKeyword(line.keyword);
  const args = new Arguments(line.rest);
  if (!keyword) {
    const ignored = values.get('ignoreunknown')?.toLowerCase();
    if (ignored !== undefined && matchList(line.keyword, ignored) === 'yes') return;
    throw new BadValue(`unknown keyword ${line.keyword}`);
  }
  applyKeyword(keyword, args, {
    values,
    isActive: source.isActive,
    origin: source.origin,
    place: { file: line.file, line: line.line },
    env,
  });
  if (args.left > 0) throw new BadValue(`unexpected ${args.next()} after ${line.keyword}`);
}

/**
 * One pattern matches and none that is negated does. A comma is an ordinary character here. Where the line cannot
 * apply, OpenSSH looks at the first pattern only.
 */
export function matchesHost(args: Arguments, host: string, mayMatch = true): boolean {
  let isMatch = false;
  for (const pattern of args.takeAll()) {
    if (!pattern) throw new BadValue('empty pattern');
    if (!mayMatch) return false;
    if (pattern.startsWith('!')) {
      if (matchPattern(host, pattern.slice(1))) return false;
    } else {
      isMatch ||= matchPattern(host, pattern);
    }
  }
  return isMatch;
}

/** The commands run in order, each only while everything before it holds, and after the user's consent. */
async function allHold(criteria: readonly Criterion[], pass: Pass): Promise<boolean> {
  for (const criterion of criteria) {
    const holds = criterion.kind === 'decided' ? criterion.holds : await runCommand(criterion, pass);
    if (!holds) return false;
  }
  return true;
}

async function runCommand(
  { command, isNegated }: Extract<Criterion, { kind: 'exec' }>,
  { allowCommand, environment, signal }: Pass,
): Promise<boolean> {
  if (!(await allowCommand(command))) throw new UserError<ConfigProblem>({ code: 'commandNotAllowed', command });
  return (await succeeds(command, environment.env, signal)) !== isNegated;
}

/** The configuration is incomplete at this point, so defaults stand for what is not set yet. */
function matchFacts(pass: Pass): MatchFacts {
  const { values, environment } = pass;
  return {
    host: currentHost(pass),
    originalHost: pass.originalHost,
    user: values.get('user') ?? environment.userName,
    localUser: environment.userName,
    tag: values.get('tag') ?? '',
    sessionType: values.get('sessiontype')?.replace('default', 'shell') ?? 'shell',
    isFinalPass: pass.isFinal,
    expandCommand: (command) => expand(command, currentTokens(pass)),
  };
}

function currentHost({ values, host, isFinal }: Pass): string {
  const hostName = values.get('hostname');
  return isFinal || hostName === undefined ? host : expand(hostName, { h: host });
}

function currentTokens(pass: Pass): Readonly<Record<string, string>> {
  const { values, environment, originalHost } = pass;
  const hostName = currentHost(pass);
  return connectionTokens(
    {
      name: originalHost,
      hostName,
      port: values.get('port') ?? '22',
      user: values.get('user') ?? environment.userName,
      keyAlias: values.get('hostkeyalias') ?? hostName,
      proxyJump: values.get('proxyjump'),
    },
    environment,
  );
}

/** What the included files leave open or closed ends with them: the enclosing block goes on as it was. */
async function readIncluded(line: Line, source: FileToRead, pass: Pass): Promise<boolean> {
  let wantsFinalPass = false;
  for (const argument of new Arguments(line.rest).takeAll()) {
    if (!argument) throw new BadValue('empty path');
    const pattern = includePattern(argument, source.origin, currentTokens(pass), pass.environment);
    if (pattern === undefined) continue;
    if (source.depth >= maxDepth) throw new BadValue(`more than ${maxDepth} files include each other`);
    for (const file of await glob(pattern)) {
      pass.signal.throwIfAborted();
      const result = await readConfigFile({ ...source, file, check: 'permissions', depth: source.depth + 1 }, pass);
      if (!result.exists) throw new BadValue(`cannot open ${file}`);
      wantsFinalPass ||= result.wantsFinalPass;
    }
  }
  return wantsFinalPass;
}
