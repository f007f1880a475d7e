import path from 'node:path';
import { unreadable } from '../../base/unreadableFile.ts';
import { UserError } from '../../base/userError.ts';
import { atPlace, BadValue } from './badValue.ts';
import { glob, globFolder } from './reading/glob.ts';
import type { ConfigProblem, HostEntry } from './hostConfig.ts';
import { includePattern } from './reading/include.ts';
import { type MatchFacts, readMatch } from './reading/match.ts';
import { isValidHostName } from '../spec/names.ts';
import { maxDepth, matchesHost, readSetting } from './reading/read.ts';
import { configFiles, type ConfigSource } from './resolve.ts';
import { readLines } from './reading/source.ts';
import { Arguments, type Line, splitLine } from './reading/syntax.ts';
import { Values } from './keywords/values.ts';
import { realEnvironment, type Environment } from './environment.ts';

export interface HostList {
  /** Every concrete alias once, in the order of the files. */
  readonly hosts: readonly HostEntry[];
  /** Every file that was read or would be if it existed. */
  readonly files: readonly string[];
  /** Folders where a new file would be included. */
  readonly folders: readonly string[];
  /** Everything that OpenSSH would refuse, wherever it stands. */
  readonly problems: readonly UserError<ConfigProblem>[];
}

/** Reads all files without running anything and without asking the network. Never throws for what a file says. */
export async function listHosts(options: ConfigSource, signal: AbortSignal): Promise<HostList> {
  const environment = realEnvironment(options);
  const survey: Survey = {
    environment,
    values: new Values(),
    hosts: new Map(),
    files: new Set(),
    folders: new Set(),
    problems: new Map(),
    signal,
  };
  for (const { file, origin, check } of configFiles(options.userFile, environment)) {
    const isWanted = options.userFile !== undefined;
    await surveyFile(survey, { file, origin, check, isWanted, includedFrom: [], isReachable: () => true });
  }
  return {
    hosts: [...survey.hosts.values()],
    files: [...survey.files],
    folders: [...survey.folders],
    problems: [...survey.problems.values()],
  };
}

interface Survey {
  readonly environment: Environment;
  /** For IgnoreUnknown, which works on what follows it. */
  readonly values: Values;
  readonly hosts: Map<string, HostEntry>;
  readonly files: Set<string>;
  readonly folders: Set<string>;
  /** By what they say: a file may be included twice. */
  readonly problems: Map<string, UserError<ConfigProblem>>;
  readonly signal: AbortSignal;
}

interface SurveyedFile {
  readonly file: string;
  readonly origin: 'user' | 'system';
  readonly check: 'permissions' | 'nothing';
  /** Named by the user, as with ssh -F: then it has to be there. */
  readonly isWanted: boolean;
  /** The files that include this one, outermost first. */
  readonly includedFrom: readonly string[];
  /** Whether the block that includes this file could apply to an alias. */
  readonly isReachable: (alias: string) => boolean;
}

async function surveyFile(survey: Survey, source: SurveyedFile): Promise<void> {
  survey.signal.throwIfAborted();
  survey.files.add(source.file);
  let lines: readonly string[] | undefined;
  try {
    lines = await readLines(source.file, source.check);
    if (!lines && source.isWanted) throw unreadable(source.file, 'no such file');
  } catch (error) {
    note(survey, error);
  }
  let block = source.isReachable;
  for (const [index, text] of (lines ?? []).entries()) {
    const place = { file: source.file, line: index + 1 };
    try {
      const line = splitLine(text, place);
      if (line) block = await surveyLine(survey, line, source, block);
    } catch (error) {
      note(survey, atPlace(place, error));
    }
  }
}

/** Gives back what the lines after this one apply to. */
async function surveyLine(
  survey: Survey,
  line: Line,
  source: SurveyedFile,
  block: SurveyedFile['isReachable'],
): Promise<SurveyedFile['isReachable']> {
  switch (line.keyword) {
    case 'host': {
      const patterns = new Arguments(line.rest).takeAll();
      matchesHost(new Arguments(line.rest), '');
      for (const name of patterns.filter((each) => isAlias(each) && source.isReachable(each))) {
        if (!survey.hosts.has(name)) survey.hosts.set(name, { name, file: line.file, line: line.line });
      }
      return (alias) => source.isReachable(alias) && matchesHost(new Arguments(line.rest), alias);
    }
    case 'match':
      readMatch(new Arguments(line.rest), noFacts);
      return source.isReachable;
    case 'include':
      await surveyIncluded(survey, line, { ...source, isReachable: block });
      return block;
    default:
      readSetting(
        line,
        { origin: source.origin, isActive: line.keyword === 'ignoreunknown' },
        survey.values,
        survey.environment,
      );
      return block;
  }
}

async function surveyIncluded(survey: Survey, line: Line, source: SurveyedFile): Promise<void> {
  for (const argument of new Arguments(line.rest).takeAll()) {
    if (!argument) throw new BadValue('empty path');
    const pattern = includePattern(argument, source.origin, undefined, survey.environment);
    if (pattern === undefined) continue;
    survey.folders.add(globFolder(pattern));
    for (const found of await glob(pattern)) {
      const file = path.normalize(found);
      const includedFrom = [...source.includedFrom, source.file];
      if (includedFrom.includes(file)) throw new BadValue(`${file} includes itself`);
      if (includedFrom.length > maxDepth) throw new BadValue(`more than ${maxDepth} files include each other`);
      await surveyFile(survey, { ...source, file, check: 'permissions', includedFrom });
    }
  }
}

/** Only the syntax of a Match line matters here. */
const noFacts: MatchFacts = {
  host: '',
  originalHost: '',
  user: '',
  localUser: '',
  tag: '',
  sessionType: '',
  isFinalPass: false,
  expandCommand: (command) => command,
};

function isAlias(pattern: string): boolean {
  return !/[*?!]/.test(pattern) && isValidHostName(pattern);
}

function note(survey: Survey, error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  if (!survey.problems.has(error.message)) survey.problems.set(error.message, error as UserError<ConfigProblem>);
}
