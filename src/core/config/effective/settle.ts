import { assembleAlgorithms, caSignatures, ciphers, keyExchanges, keyTypes, macs } from '../keywords/algorithms.ts';
import { atPlace, BadValue } from '../badValue.ts';
import { type ConfigForward, expandForward } from '../keywords/forwards.ts';
import { parseJump } from '../keywords/jump.ts';
import { connectionTokens } from '../reading/connectionTokens.ts';
import { expand, expandTilde, type Tokens } from '../reading/tokens.ts';
import type { Setting, Values } from '../keywords/values.ts';
import type { Environment } from '../environment.ts';

/** Everything that is known of one destination, in the words of `ssh -G`. What nobody set is absent. */
export interface ResolvedConfig {
  readonly name: string;
  readonly hostName: string;
  readonly user: string;
  readonly port: string;
  readonly settings: ReadonlyMap<string, Setting>;
  readonly forwards: readonly ConfigForward[];
  readonly tokens: Tokens;
  readonly world: Environment;
}

/** Keywords whose value `none` is the same as no value. */
const clearedByNone = [
  'localcommand',
  'remotecommand',
  'proxycommand',
  'proxyjump',
  'controlpath',
  'revokedhostkeys',
  'pkcs11provider',
  'securitykeyprovider',
  'knownhostscommand',
  'canonicalizepermittedcnames',
];

/** What ssh(1) does with the values once all files are read: consistency, tokens, tildes. @throws UserError<ConfigProblem> */
export function settle({ name, hostName, values, world: environment }: SettleInput): ResolvedConfig {
  const settings = new Map(values.settings);
  for (const key of clearedByNone) if (isNone(settings.get(key))) settings.set(key, { words: [], place: nowhere });
  for (const [key, { words }] of settings) if (words.length === 0) settings.delete(key);
  const one = (key: string): string | undefined => settings.get(key)?.words[0];
  const change = (key: string, edit: (word: string) => string): void => {
    const setting = settings.get(key);
    if (setting) settings.set(key, { ...setting, words: locate(setting, () => setting.words.map(edit)) });
  };

  settings.set('updatehostkeys', {
    words: [updateHostKeys(settings)],
    place: settings.get('updatehostkeys')?.place ?? nowhere,
  });
  change('hostkeyalias', (alias) => alias.toLowerCase());
  const user = one('user') ?? environment.userName;
  const port = one('port') ?? '22';
  const keyAlias = one('hostkeyalias') ?? name;
  const tokens = connectionTokens({ name, hostName, port, user, keyAlias, proxyJump: one('proxyjump') }, environment);
  const expandPath = (file: string): string => expand(expandTilde(file, environment.home), tokens, environment.env);
  change('remotecommand', (text) => expand(text, tokens));
  for (const key of ['controlpath', 'identityagent', 'forwardagentpath']) change(key, expandPath);
  change('userknownhostsfile', (file) => (/^none$/i.test(file) ? file : expandPath(file)));
  checkAlgorithmLists(settings);
  check(settings, 'connectionattempts', (text) => text !== '0');
  check(
    settings,
    'forkafterauthentication',
    (text) => text === 'no' || settings.has('remotecommand') || one('sessiontype') === 'none',
  );
  check(settings, 'proxyusefdpass', (text) => text === 'no' || one('proxycommand') !== '-');
  check(settings, 'proxyjump', (text) => {
    const last = parseJump(text).at(-1);
    return last?.host !== hostName || (last.port ?? 22) !== Number(port) || (last.user ?? user) !== user;
  });
  const isCleared = one('clearallforwardings') === 'yes';
  if (isCleared) settings.delete('tunnel');
  return {
    name,
    hostName,
    user,
    port,
    settings,
    forwards: (isCleared ? [] : values.forwards).map((forward) =>
      locate(forward, () => expandForward(forward, tokens)),
    ),
    tokens,
    world: environment,
  };
}

export interface SettleInput {
  readonly name: string;
  readonly hostName: string;
  readonly values: Values;
  readonly world: Environment;
}

const nowhere = { file: '', line: 0 };

/** ssh_config(5) UpdateHostKeys: its default depends on the known_hosts files, and `ask` needs someone to ask. */
function updateHostKeys(settings: ReadonlyMap<string, Setting>): string {
  const one = (key: string): string | undefined => settings.get(key)?.words[0];
  const chosen = one('updatehostkeys');
  if (chosen === undefined) {
    const files = settings.get('userknownhostsfile')?.words ?? [];
    const isUsual = files.length === 0 || (files.length === 1 && files[0] === '~/.ssh/known_hosts');
    return isUsual && (one('verifyhostkeydns') ?? 'false') === 'false' ? 'true' : 'false';
  }
  if (chosen !== 'ask') return chosen;
  const isPersistent = (one('controlpersist') ?? 'no') !== 'no' && settings.has('controlpath');
  const isSilent = ['SILENT', 'FATAL', 'ERROR'].includes(one('loglevel') ?? 'INFO');
  const cannotAsk = isPersistent || settings.has('remotecommand') || one('requesttty') === 'false' || isSilent;
  return cannotAsk ? 'false' : 'ask';
}

function isNone(setting: Setting | undefined): boolean {
  return setting?.words.length === 1 && setting.words[0]?.toLowerCase() === 'none';
}

function checkAlgorithmLists(settings: ReadonlyMap<string, Setting>): void {
  for (const [key, kind] of Object.entries(algorithmLists)) {
    const setting = settings.get(key);
    if (setting) locate(setting, () => assembleAlgorithms(setting.words[0], kind));
  }
}

/** The lists of algorithms by keyword. */
export const algorithmLists = {
  ciphers,
  macs,
  kexalgorithms: keyExchanges,
  hostkeyalgorithms: keyTypes,
  hostbasedacceptedalgorithms: keyTypes,
  pubkeyacceptedalgorithms: keyTypes,
  casignaturealgorithms: caSignatures,
} as const;

function check(settings: ReadonlyMap<string, Setting>, key: string, isFine: (word: string) => boolean): void {
  const setting = settings.get(key);
  if (!setting) return;
  locate(setting, () => {
    const bad = setting.words.find((word) => !isFine(word));
    if (bad !== undefined) throw new BadValue(`${key} ${bad} cannot work here`);
  });
}

/** Runs `job`, and says of what it finds wrong where that stands. */
export function locate<T>({ place }: Pick<Setting, 'place'>, job: () => T): T {
  try {
    return job();
  } catch (error) {
    throw atPlace(place, error);
  }
}
