import { UserError } from '../../../base/userError.ts';
import { BadValue } from '../badValue.ts';
import { succeeds } from './matchExec.ts';
import type { ConfigProblem } from '../hostConfig.ts';
import { applyKeyword } from '../keywords/keyword.ts';
import { findKeyword } from '../keywords/keywords.ts';
import { type Criterion, type MatchFacts, readMatch } from './match.ts';
import { matchList, matchPattern } from '../../../base/pattern.ts';
import { Arguments, type Line } from './syntax.ts';
import { type LinePlace, type SourceFile, walkFile } from './walk.ts';
import { connectionTokens } from './connectionTokens.ts';
import { expand } from './tokens.ts';
import type { Values } from '../keywords/values.ts';
import type { Environment } from '../environment.ts';

/** One reading of all files for one destination. `Match final` needs a second one (ssh_config(5)). */
export interface Pass {
  readonly values: Values;
  readonly environment: Environment;
  /** Host patterns see the name as typed. In the final pass they see the real host name. */
  readonly host: string;
  readonly originalHost: string;
  readonly isFinal: boolean;
  readonly allowCommand: (command: string) => boolean | Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface FileResult {
  readonly exists: boolean;
  readonly wantsFinalPass: boolean;
}

/** @throws UserError<ConfigProblem> */
export async function readConfigFile(source: SourceFile, pass: Pass): Promise<FileResult> {
  let wantsFinalPass = false;
  const exists = await walkFile(source, true, {
    environment: pass.environment,
    signal: pass.signal,
    visit: async (line, where) => {
      const result = await readLine(line, where, pass);
      wantsFinalPass ||= result.wantsFinalPass;
      return result.isActive;
    },
    onMistake: (error) => {
      throw error;
    },
    tokens: () => currentTokens(pass),
  });
  return { exists, wantsFinalPass };
}

interface LineResult {
  /** Whether the lines that follow apply. */
  readonly isActive: boolean;
  readonly wantsFinalPass: boolean;
}

async function readLine(
  line: Line,
  { block: isActive, enclosing: mayMatch, origin }: LinePlace<boolean>,
  pass: Pass,
): Promise<LineResult> {
  switch (line.keyword) {
    case 'host':
      return { isActive: matchesHost(new Arguments(line.rest), pass.host, mayMatch), wantsFinalPass: false };
    case 'match': {
      const { criteria, wantsFinalPass } = readMatch(new Arguments(line.rest), matchFacts(pass));
      return { isActive: mayMatch && (await allHold(criteria, pass)), wantsFinalPass };
    }
    default:
      readSetting(line, { origin, isActive }, pass.values, pass.environment);
      return { isActive, wantsFinalPass: false };
  }
}

/** Reads a line that sets a keyword. @throws BadValue */
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
 * True when a pattern matches and no negated pattern does. A comma is an ordinary character here. Where the enclosing
 * block does not apply, OpenSSH checks the first pattern only.
 *
 * @throws BadValue
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

/** Runs the commands in order. Each runs only while all criteria before it hold, and after the user's consent. */
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

/** Later lines may still set these values: OpenSSH too takes the defaults until then. */
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
