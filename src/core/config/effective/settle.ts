import { BadValue, locate } from '../badValue.ts';
import type { Environment } from '../environment.ts';
import { expandForward } from '../keywords/forwards.ts';
import type { Keyword, Settled } from '../keywords/keyword.ts';
import { keywords } from '../keywords/keywords.ts';
import type { Setting, Values } from '../keywords/values.ts';
import { connectionTokens } from '../reading/connectionTokens.ts';
import type { ResolvedConfig } from '../resolvedConfig.ts';

export interface SettleInput {
  readonly name: string;
  readonly hostName: string;
  readonly values: Values;
  readonly environment: Environment;
}

/** What ssh(1) does with the values once all files are read: it expands and checks them. @throws UserError<ConfigProblem> */
export function settle({ name, hostName, values, environment }: SettleInput): ResolvedConfig {
  const settings = new Map(values.settings);
  for (const keyword of keywords) unset(keyword, settings);
  for (const keyword of keywords) derive(keyword, settings);
  const one = (key: string): string | undefined => settings.get(key)?.words[0];
  const user = one('user') ?? environment.userName;
  const port = one('port') ?? '22';
  const keyAlias = one('hostkeyalias')?.toLowerCase() ?? name;
  const tokens = connectionTokens({ name, hostName, port, user, keyAlias, proxyJump: one('proxyjump') }, environment);
  const config = { name, hostName, user, port, settings, tokens, environment };
  for (const keyword of keywords) settleWords(keyword, settings, config);
  for (const keyword of keywords) check(keyword, config);
  const isCleared = one('clearallforwardings') === 'yes';
  if (isCleared) settings.delete('tunnel');
  const forwards = isCleared ? [] : values.forwards;
  return {
    ...config,
    forwards: forwards.map((forward) => locate(forward.place, () => expandForward(forward, tokens))),
  };
}

function unset({ name, isUnsetByNone }: Keyword, settings: Map<string, Setting>): void {
  const words = settings.get(name)?.words ?? [];
  const isNone = words.length === 1 && words[0]?.toLowerCase() === 'none';
  if (words.length === 0 || (isUnsetByNone && isNone)) settings.delete(name);
}

function derive({ name, derive: derived }: Keyword, settings: Map<string, Setting>): void {
  const written = settings.get(name);
  if (!derived) return;
  settings.set(name, { words: [derived(written?.words[0], settings)], place: written?.place ?? { file: '', line: 0 } });
}

function settleWords({ name, settle: settled }: Keyword, settings: Map<string, Setting>, config: Settled): void {
  const setting = settings.get(name);
  if (!settled || !setting) return;
  const words = locate(setting.place, () => setting.words.map((word) => settled(word, config)));
  settings.set(name, { ...setting, words });
}

function check({ name, check: isFine }: Keyword, config: Settled): void {
  const setting = config.settings.get(name);
  if (!isFine || !setting) return;
  locate(setting.place, () => {
    const bad = setting.words.find((word) => !isFine(word, config));
    if (bad !== undefined) throw new BadValue(`${name} ${bad} is not allowed here`);
  });
}
