import { unreadable } from '../../base/unreadableFile.ts';
import { UserError } from '../../base/userError.ts';
import { isValidHostName } from '../spec/names.ts';
import { type Environment, realEnvironment } from './environment.ts';
import type { ConfigProblem, HostEntry } from './hostConfig.ts';
import { Values } from './keywords/values.ts';
import { globFolder } from './reading/glob.ts';
import { type MatchFacts, readMatch } from './reading/match.ts';
import { matchesHost, readSetting } from './reading/read.ts';
import { Arguments, type Line } from './reading/syntax.ts';
import { type LinePlace, type Visitor, walkFile } from './reading/walk.ts';
import { configFiles, type ConfigSource } from './resolve.ts';

export interface HostList {
  /** Every concrete alias once, in the order of the files. */
  readonly hosts: readonly HostEntry[];
  /** Every file that was read, or would be read if it existed. */
  readonly files: readonly string[];
  /** Folders where Include would find a new file. */
  readonly folders: readonly string[];
  /** Everything that OpenSSH would refuse, in whatever block it stands. */
  readonly problems: readonly UserError<ConfigProblem>[];
}

/** Lists the hosts of all files. Runs no command, asks no network, and never throws for what a file says. */
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
  for (const source of configFiles(options.userFile, environment)) {
    const exists = await walkFile<AppliesTo>(source, () => true, visitorOf(survey));
    if (!exists && options.userFile !== undefined) note(survey, unreadable(source.file, 'no such file'));
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
  /** For IgnoreUnknown, which works on the lines that follow. */
  readonly values: Values;
  readonly hosts: Map<string, HostEntry>;
  readonly files: Set<string>;
  readonly folders: Set<string>;
  /** By message, since a file may be included twice. */
  readonly problems: Map<string, UserError<ConfigProblem>>;
  readonly signal: AbortSignal;
}

/** Whether a block could apply to an alias. */
type AppliesTo = (alias: string) => boolean;

function visitorOf(survey: Survey): Visitor<AppliesTo> {
  return {
    environment: survey.environment,
    signal: survey.signal,
    visit: (line, where) => surveyLine(line, where, survey),
    onMistake: (error) => note(survey, error),
    tokens: () => undefined,
    onFile: (file) => survey.files.add(file),
    onIncludePattern: (pattern) => survey.folders.add(globFolder(pattern)),
  };
}

function surveyLine(line: Line, { block, enclosing, origin }: LinePlace<AppliesTo>, survey: Survey): AppliesTo {
  switch (line.keyword) {
    case 'host': {
      const patterns = new Arguments(line.rest).takeAll();
      const matches = (alias: string): boolean => matchesHost(new Arguments(line.rest), alias);
      matches(''); // Throws for a mistake.
      for (const name of patterns.filter((each) => isAlias(each) && enclosing(each))) {
        if (!survey.hosts.has(name)) survey.hosts.set(name, { name, file: line.file, line: line.line });
      }
      return (alias) => enclosing(alias) && matches(alias);
    }
    case 'match':
      readMatch(new Arguments(line.rest), noFacts);
      return enclosing;
    default:
      readSetting(line, { origin, isActive: line.keyword === 'ignoreunknown' }, survey.values, survey.environment);
      return block;
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
