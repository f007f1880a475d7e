import { BadValue } from '../badValue.ts';
import type { Arguments } from '../reading/syntax.ts';
import { expand } from '../reading/tokens.ts';
import { choices, choose } from './choices.ts';
import { formatHop, parseJump } from './jump.ts';
import type { Reader } from './keyword.ts';
import { bytes, fileMode, integer, port, qualityOfService, seconds } from './numbers.ts';

/** One argument. */
export function word(parse: (text: string, env: NodeJS.ProcessEnv) => string = (text) => text): Reader {
  return (args, env) => [parse(args.next(), env)];
}

export function choice(from: Readonly<Record<string, string>>): Reader {
  return word((text) => choose(text, from));
}

/** `none` says nothing: a later line may still set a value. */
export const time: Reader = (args) => {
  const text = args.next();
  return text === 'none' ? undefined : [seconds(text)];
};

/** The rest of the line as written, with its quotes and comments. */
export const command: Reader = (args) => {
  args.takeAll();
  return [args.rest.replace(/^[ \t\r\n=]+/, '')];
};

export const ignored: Reader = (args) => void args.takeAll();

export const fileList: Reader = (args) => {
  const files = wordsOrNone(args, ['none']);
  if (files.includes('')) throw new BadValue('empty argument');
  return files;
};

/** OpenSSH keeps the first pattern only. */
export const logVerbose: Reader = (args, env) => fileList(args, env)?.slice(0, 1);

export const permitRemoteOpen: Reader = (args) => {
  const targets = wordsOrNone(args, ['none', 'any']);
  if (targets.length === 0) throw new BadValue('an argument is missing');
  for (const each of targets) {
    if (/^(none|any)$/i.test(each)) continue;
    const [, to] = /^(?:\[[^\]]*\]|[^:/[][^:/]*|):(.*)$/s.exec(each) ?? [];
    if (to === undefined) throw new BadValue(`bad destination ${each}`);
    if (to !== '*') port(to);
  }
  return targets;
};

export const canonicalDomains: Reader = (args) =>
  wordsOrNone(args, ['none']).map((domain) => {
    if (!/^[a-z\d](?:[\w-]|\.(?!\.))*$/i.test(domain)) throw new BadValue(`bad domain ${domain}`);
    return domain.toLowerCase().replace(/\.$/, '');
  });

export const permittedCnames: Reader = (args) =>
  wordsOrNone(args, ['none']).map((rule) => {
    if (rule === '*') return '*:*';
    if (/^none$/i.test(rule)) return rule;
    if (!/:./s.test(rule)) throw new BadValue(`bad rule ${rule}`);
    return rule.toLowerCase();
  });

export const channelTimeout: Reader = (args) => {
  const timeouts = wordsOrNone(args, ['none']);
  for (const each of timeouts) {
    const [, value] = /^[^=]+=(.+)$/s.exec(each) ?? [];
    if (!/^none$/i.test(each)) seconds(value ?? '');
  }
  if (timeouts.length === 0) throw new BadValue('an argument is missing');
  return timeouts;
};

export const variableNames: Reader = (args) =>
  args.takeAll().map((name) => {
    if (!name || name.includes('=')) throw new BadValue(`bad name ${name}`);
    return name;
  });

/** `NAME=value …`. The first value of a name counts. */
export const variables: Reader = (args) => {
  const byName = new Map<string, string>();
  for (const each of args.takeAll()) {
    const name = each.slice(0, each.indexOf('='));
    if (!each.includes('=')) throw new BadValue(`${each} has no "="`);
    if (!byName.has(name)) byName.set(name, each);
  }
  return [...byName.values()];
};

/** Bytes, and the seconds of a time if there is one. */
export const rekeyLimit: Reader = (args, env) => {
  const size = args.next();
  const limit = size === 'default' ? '0' : bytes(size);
  if (limit !== '0' && Number(limit) < 16) throw new BadValue(`${size} is too small`);
  return [limit, ...((args.left > 0 && time(args, env)) || [])];
};

export const addKeysToAgent: Reader = (args) => {
  const [mode, lifetime] = [args.next(), args.take()];
  const isChoice = Object.hasOwn(choices.addKeysToAgent, mode.toLowerCase());
  if (lifetime !== undefined && mode.toLowerCase() !== 'confirm') throw new BadValue(`unexpected ${lifetime}`);
  const chosen = isChoice ? choose(mode, choices.addKeysToAgent) : 'true';
  const limit = isChoice ? lifetime && seconds(lifetime) : seconds(mode);
  const limited = chosen === 'confirm' ? `confirm ${limit}` : `${limit}`;
  return [limit === undefined || limit === '0' ? chosen : limited];
};

export const controlPersist: Reader = word((text) => {
  if (text === 'yes' || text === 'true') return 'yes';
  if (text === 'no' || text === 'false') return 'no';
  const limit = seconds(text);
  return limit === '0' ? 'yes' : limit;
});

/** `yes`, `no`, or `yes` and the path of an agent's socket. */
export const forwardAgent: Reader = (args, env) => {
  const text = args.next();
  const isFlag = Object.hasOwn(choices.flag, text.toLowerCase());
  return isFlag ? [choose(text, choices.flag)] : ['yes', agentPath(text, env)];
};

/** `$NAME` is looked up when the agent is needed. `${NAME}` must be set. */
export function agentPath(text: string, env: NodeJS.ProcessEnv): string {
  expand(text, undefined, env);
  if (/^\$(?!\{)/.test(text) && !/^\$\w+$/.test(text)) throw new BadValue(`bad name ${text}`);
  return text;
}

export const qualities: Reader = (args) => {
  const interactive = qualityOfService(args.take() ?? '');
  const bulk = args.left > 0 ? qualityOfService(args.take() ?? '') : interactive;
  return [`${interactive} ${bulk}`];
};

export const bindMask: Reader = word(fileMode);

export const jump: Reader = (args) => {
  const text = args.rest
    .replace(/^[ \t\r\n=]+/, '')
    .replace(/#.*$/s, '')
    .trimEnd();
  args.takeAll();
  if (/\s/.test(text)) throw new BadValue(`white space in ${text}`);
  if (text.toLowerCase() === 'none') return ['none'];
  const last = parseJump(text).at(-1);
  return [[...text.split(',').slice(0, -1), ...(last ? [formatHop(last)] : [])].join(',')];
};

export const keystrokeTiming: Reader = word((text) => {
  if (text === 'yes' || text === 'true') return 'yes';
  if (text === 'no' || text === 'false') return 'no';
  if (!text.startsWith('interval:')) throw new BadValue(`bad interval ${text}`);
  return integer(text.slice('interval:'.length), { min: 1, max: 1000 });
});

export const version: Reader = (args) => {
  args.takeAll();
  return [args.rest.replace(/#.*$/s, '').trimEnd()];
};

/** All arguments. A word that means 'nothing' or 'everything' must stand alone. */
function wordsOrNone(args: Arguments, alone: readonly string[]): readonly string[] {
  const found = args.takeAll();
  const wrong = found.length > 1 && found.find((each) => alone.includes(each.toLowerCase()));
  if (wrong) throw new BadValue(`${wrong} must stand alone`);
  return found;
}
