import { BadValue } from '../badValue.ts';

/** Maps each word of a configuration, in lower case, to the word that `ssh -G` prints. */
type Choices = Readonly<Record<string, string>>;

const yesNo: Choices = { yes: 'yes', true: 'yes', no: 'no', false: 'no' };
const trueFalse: Choices = { yes: 'true', true: 'true', no: 'false', false: 'false' };

export const choices = {
  flag: yesNo,
  trueFalseAsk: { ...trueFalse, ask: 'ask' },
  strictHostKeyChecking: { ...trueFalse, off: 'false', ask: 'ask', 'accept-new': 'accept-new' },
  addressFamily: { any: 'any', inet: 'inet', inet6: 'inet6' },
  compression: { yes: 'yes', no: 'no' },
  controlMaster: { ...trueFalse, auto: 'auto', ask: 'ask', autoask: 'autoask' },
  tunnel: {
    yes: 'point-to-point',
    true: 'point-to-point',
    'point-to-point': 'point-to-point',
    ethernet: 'ethernet',
    no: 'false',
    false: 'false',
  },
  requestTty: { ...trueFalse, auto: 'auto', force: 'force' },
  sessionType: { default: 'default', none: 'none', subsystem: 'subsystem' },
  canonicalizeHostname: { ...trueFalse, always: 'always' },
  pubkeyAuthentication: { ...trueFalse, unbound: 'unbound', 'host-bound': 'host-bound' },
  warnWeakCrypto: { ...yesNo, 'no-pq-kex': 'no' },
  addKeysToAgent: { ...trueFalse, ask: 'ask', confirm: 'confirm' },
  hash: upper(['MD5', 'SHA1', 'SHA256', 'SHA384', 'SHA512']),
  logLevel: {
    ...upper(['SILENT', 'FATAL', 'ERROR', 'INFO', 'VERBOSE', 'DEBUG', 'DEBUG2', 'DEBUG3']),
    quiet: 'SILENT',
    debug1: 'DEBUG',
  },
  logFacility: upper('DAEMON USER AUTH AUTHPRIV LOCAL0 LOCAL1 LOCAL2 LOCAL3 LOCAL4 LOCAL5 LOCAL6 LOCAL7'.split(' ')),
} satisfies Record<string, Choices>;

export function choose(text: string, from: Choices): string {
  const key = text.toLowerCase();
  const chosen = Object.hasOwn(from, key) ? from[key] : undefined;
  if (chosen === undefined) throw new BadValue(`${text} is not one of ${Object.keys(from).join(', ')}`);
  return chosen;
}

function upper(names: readonly string[]): Choices {
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), name]));
}
