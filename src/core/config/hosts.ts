import { unreadable } from '../../base/unreadableFile.ts';
import { matchHostList } from '../../base/pattern.ts';
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
    hostNames: new Set(),
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
    hosts: [...survey.hosts.values()].filter((found) => isListed(found, survey)).map(({ entry }) => entry),
    files: [...survey.files],
    folders: [...survey.folders],
    problems: [...survey.problems.values()],
  };
}

/** `Match host` names an alias, or the HostName of another alias. */
interface FoundHost {
  readonly kind: 'alias' | 'perhapsHostName';
  readonly entry: HostEntry;
}

function isListed({ kind, entry }: FoundHost, { hostNames }: Survey): boolean {
  return kind === 'alias' || ![...hostNames].some((each) => each !== '*' && matchHostList(entry.name, each));
}

interface Survey {
  readonly environment: Environment;
  /** For IgnoreUnknown, which works on the lines that follow. */
  readonly values: Values;
  readonly hosts: Map<string, FoundHost>;
  /** The values of HostName, as patterns. */
  readonly hostNames: Set<string>;
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
      const matches = (alias: string): boolean => matchesHost(new Arguments(line.rest), alias);
      matches(''); // Throws for a mistake.
      addHosts(new Arguments(line.rest).takeAll(), line, enclosing, survey);
      return (alias) => enclosing(alias) && matches(alias);
    }
    case 'match': {
      const { hosts, originalHosts } = readMatch(new Arguments(line.rest), noFacts);
      addHosts(originalHosts, line, enclosing, survey);
      addHosts(hosts, line, enclosing, survey, 'perhapsHostName');
      return enclosing;
    }
    default:
      if (line.keyword === 'hostname') survey.hostNames.add(new Arguments(line.rest).next().replaceAll('%h', '*'));
      readSetting(line, { origin, isActive: line.keyword === 'ignoreunknown' }, survey.values, survey.environment);
      return block;
  }
}

function addHosts(
  patterns: readonly string[],
  { file, line }: Line,
  enclosing: AppliesTo,
  survey: Survey,
  kind: FoundHost['kind'] = 'alias',
): void {
  for (const name of patterns.filter((each) => isAlias(each) && enclosing(each))) {
    const before = survey.hosts.get(name);
    if (!before || (kind === 'alias' && before.kind !== 'alias')) {
      survey.hosts.set(name, { kind, entry: before?.entry ?? { name, file, line } });
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
