import { assembleAlgorithms, gssKeyExchanges } from '../keywords/algorithms.ts';
import { defaultIdentities } from './effective.ts';
import { printForwards } from '../keywords/forwards.ts';
import { algorithmLists, type ResolvedConfig } from './settle.ts';

/** Keywords in the order of `ssh -G` (OpenSSH 9.2 of Debian 12), with the value when nobody set one. */
const flagsAndNumbers: readonly (readonly [key: string, fallback: string])[] = [
  ['addressfamily', 'any'],
  ['batchmode', 'no'],
  ['canonicalizefallbacklocal', 'yes'],
  ['canonicalizehostname', 'false'],
  ['checkhostip', 'no'],
  ['compression', 'no'],
  ['controlmaster', 'false'],
  ['enablesshkeysign', 'no'],
  ['clearallforwardings', 'no'],
  ['exitonforwardfailure', 'no'],
  ['fingerprinthash', 'SHA256'],
  ['forwardx11', 'no'],
  ['forwardx11trusted', 'yes'],
  ['gatewayports', 'no'],
  ['gssapiauthentication', 'no'],
  ['gssapikeyexchange', 'no'],
  ['gssapidelegatecredentials', 'no'],
  ['gssapitrustdns', 'no'],
  ['gssapirenewalforcesrekey', 'no'],
  ['gssapiclientidentity', ''],
  ['gssapiserveridentity', ''],
  ['gssapikexalgorithms', gssKeyExchanges.preferred.join(',')],
  ['hashknownhosts', 'no'],
  ['hostbasedauthentication', 'no'],
  ['identitiesonly', 'no'],
  ['kbdinteractiveauthentication', 'yes'],
  ['nohostauthenticationforlocalhost', 'no'],
  ['passwordauthentication', 'yes'],
  ['permitlocalcommand', 'no'],
  ['proxyusefdpass', 'no'],
  ['pubkeyauthentication', 'true'],
  ['requesttty', 'auto'],
  ['sessiontype', 'default'],
  ['stdinnull', 'no'],
  ['forkafterauthentication', 'no'],
  ['streamlocalbindunlink', 'no'],
  ['stricthostkeychecking', 'ask'],
  ['tcpkeepalive', 'yes'],
  ['tunnel', 'false'],
  ['verifyhostkeydns', 'false'],
  ['visualhostkey', 'no'],
  ['updatehostkeys', 'true'],
  ['enableescapecommandline', 'no'],
  ['canonicalizemaxdots', '1'],
  ['connectionattempts', '1'],
  ['forwardx11timeout', '1200'],
  ['numberofpasswordprompts', '3'],
  ['serveralivecountmax', '3'],
  ['serveraliveinterval', '0'],
  ['requiredrsasize', '1024'],
];

/** Texts: a line only where there is a value. */
const texts: readonly (readonly [key: string, fallback: string])[] = [
  ['bindaddress', ''],
  ['bindinterface', ''],
  ['ciphers', ''],
  ['controlpath', ''],
  ['hostkeyalgorithms', ''],
  ['hostkeyalias', ''],
  ['hostbasedacceptedalgorithms', ''],
  ['identityagent', ''],
  ['ignoreunknown', ''],
  ['kbdinteractivedevices', ''],
  ['kexalgorithms', ''],
  ['casignaturealgorithms', ''],
  ['localcommand', ''],
  ['remotecommand', ''],
  ['loglevel', 'INFO'],
  ['macs', ''],
  ['pkcs11provider', ''],
  ['securitykeyprovider', 'internal'],
  ['preferredauthentications', ''],
  ['pubkeyacceptedalgorithms', ''],
  ['revokedhostkeys', ''],
  ['xauthlocation', '/usr/bin/xauth'],
  ['knownhostscommand', ''],
];

/** The text that `ssh -G` prints, with its last newline. */
export function printConfig(config: ResolvedConfig): string {
  const print = printer(config);
  return [
    `host ${config.name}`,
    `user ${config.user}`,
    `hostname ${config.hostName}`,
    `port ${config.port}`,
    ...flagsAndNumbers.flatMap(([key, fallback]) => print.line(key, fallback)),
    ...texts.flatMap(([key, fallback]) => print.line(key, fallback)),
    ...printForwards(config.forwards),
    ...print.each(
      'identityfile',
      defaultIdentities.map((type) => `~/.ssh/id_${type}`),
    ),
    ...print.all('canonicaldomains', 'none'),
    ...print.each('certificatefile', []),
    ...print.all('globalknownhostsfile', '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2'),
    ...print.all(
      'userknownhostsfile',
      ['known_hosts', 'known_hosts2'].map((file) => `${config.world.home}/.ssh/${file}`).join(' '),
    ),
    ...print.each('sendenv', []),
    ...print.each('setenv', []),
    ...print.all('logverbose', 'none'),
    ...print.all('permitremoteopen', 'any'),
    ...print.line('addkeystoagent', 'false'),
    `forwardagent ${print.value('forwardagentpath') ?? print.value('forwardagent') ?? 'no'}`,
    ...print.line('connecttimeout', 'none'),
    ...print.line('tunneldevice', 'any:any'),
    `canonicalizePermittedcnames ${print.words('canonicalizepermittedcnames', 'none')}`,
    ...print.line('controlpersist', 'no'),
    ...print.line('escapechar', '~'),
    ...print.line('ipqos', 'lowdelay throughput'),
    `rekeylimit ${print.value('rekeylimit') ?? 0} ${print.value('rekeyinterval') ?? 0}`,
    ...print.line('streamlocalbindmask', '0177'),
    ...print.line('syslogfacility', 'USER'),
    ...(print.value('proxyjump') === undefined ? print.line('proxycommand', '') : print.line('proxyjump', '')),
    '',
  ].join('\n');
}

function printer({ settings }: ResolvedConfig): {
  value(key: string): string | undefined;
  words(key: string, fallback: string): string;
  line(key: string, fallback: string): readonly string[];
  all(key: string, fallback: string): readonly string[];
  each(key: string, fallback: readonly string[]): readonly string[];
} {
  const value = (key: string): string | undefined => {
    const written = settings.get(key)?.words[0];
    if (Object.hasOwn(algorithmLists, key)) {
      return assembleAlgorithms(written, algorithmLists[key as keyof typeof algorithmLists]).join(',');
    }
    if (key === 'proxyusefdpass' && settings.has('proxyjump')) return 'no';
    // Debian watches over a connection that nobody sits at.
    if (key === 'serveraliveinterval' && settings.get('batchmode')?.words[0] === 'yes') return written ?? '300';
    return written;
  };
  const words = (key: string, fallback: string): string => settings.get(key)?.words.join(' ') ?? fallback;
  return {
    value,
    words,
    line: (key, fallback) => {
      const text = value(key) ?? fallback;
      return text === '' && !settings.has(key) ? [] : [`${key} ${text}`];
    },
    all: (key, fallback) => [`${key} ${words(key, fallback)}`],
    each: (key, fallback) => (settings.get(key)?.words ?? fallback).map((word) => `${key} ${word}`),
  };
}
