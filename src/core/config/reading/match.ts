import { networkInterfaces } from '../../../base/networkInterfaces.ts';
import { BadValue } from '../badValue.ts';
import { isInNetworks } from './networks.ts';
import { matchHostList, matchList } from '../../../base/pattern.ts';
import type { Arguments } from './syntax.ts';

/** The facts that a Match line tests (ssh_config(5) Match). */
export interface MatchFacts {
  readonly host: string;
  readonly originalHost: string;
  readonly user: string;
  readonly localUser: string;
  readonly tag: string;
  readonly sessionType: string;
  readonly isFinalPass: boolean;
  readonly expandCommand: (command: string) => string;
}

/** One Match line. All criteria are decided except commands, which the caller runs. */
export interface MatchLine {
  readonly criteria: readonly Criterion[];
  /** The patterns of `host` and `originalhost`, without those of a negated criterion. */
  readonly hosts: readonly string[];
  readonly originalHosts: readonly string[];
  readonly wantsFinalPass: boolean;
}

export type Criterion =
  | { readonly kind: 'decided'; readonly holds: boolean }
  | { readonly kind: 'exec'; readonly command: string; readonly isNegated: boolean };

const withoutArgument = new Set(['all', 'canonical', 'final']);
const mayBeEmpty = new Set(['tagged', 'command']);

/** @throws BadValue */
export function readMatch(args: Arguments, facts: MatchFacts): MatchLine {
  const criteria: Criterion[] = [];
  const patterns = { host: [] as string[], originalhost: [] as string[] };
  let wantsFinalPass = false;
  for (let word = args.take(); word !== undefined; word = args.take()) {
    if (word.startsWith('#')) {
      args.takeAll();
      break;
    }
    const isNegated = word.startsWith('!');
    const [, name = '', attached] = /^!?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const criterion = name.toLowerCase();
    if (withoutArgument.has(criterion) && attached === undefined) {
      if (criterion === 'all' && (criteria.length > 1 || args.left > 0)) throw new BadValue(`${word} must stand alone`);
      if (criterion === 'final' && !isNegated) wantsFinalPass = true;
      criteria.push({ kind: 'decided', holds: (criterion === 'all' || facts.isFinalPass) !== isNegated });
      continue;
    }
    const argument = attached ?? args.take();
    if (argument === undefined || (argument === '' && !mayBeEmpty.has(criterion)) || argument.startsWith('#')) {
      throw new BadValue(`no argument for ${word}`);
    }
    criteria.push(readCriterion(criterion, argument, isNegated, facts));
    if ((criterion === 'host' || criterion === 'originalhost') && !isNegated) {
      patterns[criterion].push(...argument.split(','));
    }
  }
  if (criteria.length === 0) throw new BadValue('no criterion');
  return { criteria, hosts: patterns.host, originalHosts: patterns.originalhost, wantsFinalPass };
}

function readCriterion(name: string, argument: string, isNegated: boolean, facts: MatchFacts): Criterion {
  if (name === 'exec') return { kind: 'exec', command: facts.expandCommand(argument), isNegated };
  const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (!test) throw new BadValue(`unknown criterion ${name}`);
  return { kind: 'decided', holds: test(argument, facts) !== isNegated };
}

const inList = (text: string, list: string): boolean => matchList(text, list) === 'yes';
/** An empty text matches only an empty list. */
const inListOrEmpty = (text: string, list: string): boolean => (text === '' ? list === '' : inList(text, list));

const tests: Readonly<Record<string, (argument: string, facts: MatchFacts) => boolean>> = {
  host: (list, { host }) => matchHostList(host, list),
  originalhost: (list, { originalHost }) => matchHostList(originalHost, list),
  user: (list, { user }) => inList(user, list),
  localuser: (list, { localUser }) => inList(localUser, list),
  localnetwork: (list) => isInNetworks(localAddresses(), list),
  tagged: (list, { tag }) => inListOrEmpty(tag, list),
  sessiontype: (list, { sessionType }) => inList(sessionType, list),
  // A forwarder runs no remote command.
  command: (list) => inListOrEmpty('', list),
  // No ssh runs here, so any version is as good as another: this is the one of Debian 12.
  version: (list) => inList('OpenSSH_9.2p1', list),
};

function localAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}
