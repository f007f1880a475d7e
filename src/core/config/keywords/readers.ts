import type { ForwardKind } from '../../spec/grammar.ts';
import { BadValue, type Place } from '../badValue.ts';
import { choices, choose } from './choices.ts';
import { type ConfigForward, readForward } from './forwards.ts';
import { formatHop, parseJump } from './jump.ts';
import { bytes, fileMode, integer, port, qualityOfService, seconds } from './numbers.ts';
import { matchPattern } from '../../../base/pattern.ts';
import type { Arguments } from '../reading/syntax.ts';
import { expand } from '../reading/tokens.ts';
import type { Values } from './values.ts';

/** Where a reader puts what it understood. */
export interface Target {
  readonly values: Values;
  /** The line's block applies. A bad value fails the file in any case. */
  readonly isActive: boolean;
  readonly origin: 'user' | 'system';
  readonly place: Place;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Understands a keyword's arguments.
 *
 * @throws BadValue
 */
export type Reader = (key: string, args: Arguments, target: Target) => void;

/** One argument; the first value stays. */
export function word(parse: (text: string, env: NodeJS.ProcessEnv) => string = (text) => text): Reader {
  return (key, args, target) => setFirst(key, [parse(args.next(), target.env)], target);
}

export function choice(from: Readonly<Record<string, string>>): Reader {
  return word((text) => choose(text, from));
}

/** `none` says nothing: a later value may still be taken. */
export const time: Reader = (key, args, target) => {
  const text = args.next();
  if (text !== 'none') setFirst(key, [seconds(text)], target);
};

/** The rest of the line as written, with its quotes and comments. */
export const command: Reader = (key, args, target) => {
  setFirst(key, [args.rest.replace(/^[ \t\r\n=]+/, '')], target);
  args.takeAll();
};

export const ignored: Reader = (_key, args) => void args.takeAll();

export function forward(kind: ForwardKind): Reader {
  return (_key, args, target) => {
    const read: ConfigForward = { ...readForward(kind, args, target.env), place: target.place };
    if (target.isActive) target.values.addForward(read);
  };
}

/** Adds up; a file that is named twice counts once. */
export const certificateOrIdentity: Reader = (key, args, target) => {
  const file = args.next();
  if (target.isActive) target.values.appendNew(key, file, target.place, target.origin);
};

export const fileList: Reader = (key, args, target) => {
  const files = wordsOrNone(args, ['none']);
  if (files.includes('')) throw new BadValue('empty argument');
  if (files.length > 0) setFirst(key, files, target);
};

/** OpenSSH keeps the first pattern only. */
export const logVerbose: Reader = (key, args, target) => {
  const patterns = wordsOrNone(args, ['none']);
  if (patterns.includes('')) throw new BadValue('empty argument');
  if (patterns.length > 0) setFirst(key, patterns.slice(0, 1), target);
};

export const permitRemoteOpen: Reader = (key, args, target) => {
  const targets = wordsOrNone(args, ['none', 'any']);
  if (targets.length === 0) throw new BadValue('argument missing');
  for (const each of targets) {
    if (/^(none|any)$/i.test(each)) continue;
    const [, to] = /^(?:\[[^\]]*\]|[^:/[][^:/]*|):(.*)$/s.exec(each) ?? [];
    if (to === undefined) throw new BadValue(`bad destination ${each}`);
    if (to !== '*') port(to);
  }
  setFirst(key, targets, target);
};

export const canonicalDomains: Reader = (key, args, target) => {
  const domains = wordsOrNone(args, ['none']).map((domain) => {
    if (!/^[a-z\d](?:[\w-]|\.(?!\.))*$/i.test(domain)) throw new BadValue(`bad domain ${domain}`);
    return domain.toLowerCase().replace(/\.$/, '');
  });
  if (domains.length > 0) setFirst(key, domains, target);
};

export const permittedCnames: Reader = (key, args, target) => {
  const rules = wordsOrNone(args, ['none']).map((rule) => {
    if (rule === '*') return '*:*';
    if (/^none$/i.test(rule)) return rule;
    if (!/:./s.test(rule)) throw new BadValue(`bad rule ${rule}`);
    return rule.toLowerCase();
  });
  if (rules.length > 0) setFirst(key, rules, target);
};

export const channelTimeout: Reader = (key, args, target) => {
  const timeouts = wordsOrNone(args, ['none']);
  for (const each of timeouts) {
    const [, value] = /^[^=]+=(.+)$/s.exec(each) ?? [];
    if (!/^none$/i.test(each)) seconds(value ?? '');
  }
  if (timeouts.length === 0) throw new BadValue('argument missing');
  setFirst(key, timeouts, target);
};

/** Adds up. `-PATTERN` takes away what was named before. */
export const sendEnv: Reader = (key, args, { values, isActive, place }) => {
  for (const name of args.takeAll()) {
    if (!name || name.includes('=')) throw new BadValue(`bad name ${name}`);
    if (!isActive) continue;
    if (!name.startsWith('-')) values.append(key, [name], place);
    else values.keep(key, (each) => !matchPattern(each, name.slice(1)));
  }
};

export const setEnv: Reader = (key, args, target) => {
  const byName = new Map<string, string>();
  for (const each of args.takeAll()) {
    const name = each.slice(0, each.indexOf('='));
    if (!each.includes('=')) throw new BadValue(`no = in ${each}`);
    if (!byName.has(name)) byName.set(name, each);
  }
  if (byName.size > 0) setFirst(key, [...byName.values()], target);
};

export const rekeyLimit: Reader = (_key, args, target) => {
  const size = args.next();
  const limit = size === 'default' ? '0' : bytes(size);
  if (limit !== '0' && Number(limit) < 16) throw new BadValue(`${size} is too small`);
  setFirst('rekeylimit', [limit], target);
  if (args.left > 0) time('rekeyinterval', args, target);
};

export const addKeysToAgent: Reader = (key, args, target) => {
  const [first, lifetime] = [args.next(), args.take()];
  const isChoice = Object.hasOwn(choices.addKeysToAgent, first.toLowerCase());
  if (lifetime !== undefined && first.toLowerCase() !== 'confirm') throw new BadValue(`unexpected ${lifetime}`);
  const mode = isChoice ? choose(first, choices.addKeysToAgent) : 'true';
  const limit = isChoice ? lifetime && seconds(lifetime) : seconds(first);
  const limited = mode === 'confirm' ? `confirm ${limit}` : `${limit}`;
  setFirst(key, [limit === undefined || limit === '0' ? mode : limited], target);
};

export const controlPersist: Reader = word((text) => {
  if (text === 'yes' || text === 'true') return 'yes';
  if (text === 'no' || text === 'false') return 'no';
  const limit = seconds(text);
  return limit === '0' ? 'yes' : limit;
});

/** A path of its own, whatever an earlier yes or no said. */
export const forwardAgent: Reader = (key, args, target) => {
  const text = args.next();
  const isFlag = Object.hasOwn(choices.flag, text.toLowerCase());
  if (isFlag) return setFirst(key, [choose(text, choices.flag)], target);
  setFirst('forwardagentpath', [agentPath(text, target.env)], target);
  return setFirst(key, ['yes'], target);
};

/** `$NAME` is looked up when the agent is needed, `${NAME}` must be set. */
export function agentPath(text: string, env: NodeJS.ProcessEnv): string {
  expand(text, undefined, env);
  if (/^\$(?!\{)/.test(text) && !/^\$\w+$/.test(text)) throw new BadValue(`bad name ${text}`);
  return text;
}

export const qualities: Reader = (key, args, target) => {
  const interactive = qualityOfService(args.take() ?? '');
  const bulk = args.left > 0 ? qualityOfService(args.take() ?? '') : interactive;
  setFirst(key, [`${interactive} ${bulk}`], target);
};

/** OpenSSH takes the last one, in whatever block it stands. */
export const bindMask: Reader = (key, args, { values, place }) => {
  values.replace(key, [fileMode(args.next())], place);
};

/** OpenSSH takes the first one, in whatever block it stands. */
export const syslogFacility: Reader = (key, args, target) => {
  setFirst(key, [choose(args.next(), choices.logFacility)], { ...target, isActive: true });
};

/** The first of ProxyCommand and ProxyJump stays, `none` included. */
export const proxyCommand: Reader = (key, args, target) => {
  command(key, args, { ...target, isActive: target.isActive && !target.values.has('proxyjump') });
};

export const proxyJump: Reader = (key, args, target) => {
  const text = args.rest
    .replace(/^[ \t\r\n=]+/, '')
    .replace(/#.*$/s, '')
    .trimEnd();
  args.takeAll();
  const isNone = text.toLowerCase() === 'none';
  if (/\s/.test(text)) throw new BadValue(`white space in ${text}`);
  const last = isNone ? undefined : parseJump(text).at(-1);
  if (target.values.has('proxycommand')) return;
  const before = text.split(',').slice(0, -1);
  setFirst(key, [last ? [...before, formatHop(last)].join(',') : 'none'], target);
};

export const keystrokeTiming: Reader = word((text) => {
  if (text === 'yes' || text === 'true') return 'yes';
  if (text === 'no' || text === 'false') return 'no';
  if (!text.startsWith('interval:')) throw new BadValue(`bad interval ${text}`);
  return integer(text.slice('interval:'.length), { min: 1, max: 1000 });
});

export const version: Reader = (key, args, target) => {
  setFirst(key, [args.rest.replace(/#.*$/s, '').trimEnd()], target);
  args.takeAll();
};

export const refuseConnection: Reader = (_key, args, { isActive }) => {
  const message = args.next();
  if (isActive) throw new BadValue(message);
};

function setFirst(key: string, words: readonly string[], { values, isActive, place }: Target): void {
  if (isActive) values.setFirst(key, words, place);
}

/** All arguments; those that mean 'nothing' or 'everything' must stand alone. */
function wordsOrNone(args: Arguments, alone: readonly string[]): readonly string[] {
  const found = args.takeAll();
  const wrong = found.length > 1 && found.find((each) => alone.includes(each.toLowerCase()));
  if (wrong) throw new BadValue(`${wrong} must stand alone`);
  return found;
}
