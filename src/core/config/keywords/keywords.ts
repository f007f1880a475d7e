import path from 'node:path';
import type { HostConfig } from '../hostConfig.ts';
import {
  type Algorithms,
  assembleAlgorithms,
  caSignatures,
  checkAlgorithms,
  ciphers,
  gssKeyExchanges,
  keyExchanges,
  keyTypes,
  macs,
} from './algorithms.ts';
import { choices } from './choices.ts';
import * as field from './fields.ts';
import { printBind, readForward } from './forwards.ts';
import type { Keyword } from './keyword.ts';
import * as merge from './merges.ts';
import { escapeCharacter, integer, port, tunnelDevices } from './numbers.ts';
import * as print from './prints.ts';
import * as read from './readers.ts';
import * as settle from './settling.ts';

const flag = read.choice(choices.flag);
const word = read.word();
const number = read.word((text) => integer(text));
const { isOn, text } = field;
const [no, yes, off, on] = [['no'], ['yes'], ['false'], ['true']] as const;

/** The properties that all lists of algorithms share. */
const algorithms = (of: Algorithms) =>
  ({
    read: read.word((list) => checkAlgorithms(list, of)),
    check: settle.hasAlgorithm(of),
    print: print.algorithmLine(of),
  }) as const;

/** The types of the keys that ssh(1) tries when the user names none. */
const identityTypes = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk', 'xmss', 'dsa'];
const authMethods = ['gssapi-with-mic', 'hostbased', 'publickey', 'keyboard-interactive', 'password'];

/** Deprecated or never supported: accepted with any arguments. Only Apple's ssh knows UseKeychain. */
const ignoredNames = [
  'afstokenpassing',
  'cipher',
  'compressionlevel',
  'fallbacktorsh',
  'globalknownhostsfile2',
  'kerberosauthentication',
  'kerberostgtpassing',
  'protocol',
  'rhostsauthentication',
  'rhostsrsaauthentication',
  'rsaauthentication',
  'useblacklistedkeys',
  'useprivilegedport',
  'userknownhostsfile2',
  'useroaming',
  'usersh',
  ...(process.platform === 'darwin' ? ['usekeychain'] : []),
];

/**
 * Every keyword of OpenSSH 9.2 to 10.x, in the order in which `ssh -G` prints them (9.2 of Debian 12). A new keyword is a
 * new entry here and nothing else. Host, Match and Include are absent: they decide which lines apply.
 */
export const keywords = [
  { name: 'user', read: word, print: (name, _, { user }) => [`${name} ${user}`], fields: { user: field.userName } },
  {
    name: 'hostname',
    read: word,
    print: (name, _, { hostName }) => [`${name} ${hostName}`],
    fields: { hostName: (_, { hostName }) => hostName },
  },
  { name: 'port', read: read.word(port), fallback: ['22'], fields: { port: field.number } },

  // Flags, choices and numbers.
  {
    name: 'addressfamily',
    read: read.choice(choices.addressFamily),
    fallback: ['any'],
    fields: { addressFamily: field.choiceOf<HostConfig['addressFamily']>() },
  },
  { name: 'batchmode', read: flag, fallback: no, fields: { batchMode: isOn } },
  { name: 'canonicalizefallbacklocal', read: flag, fallback: yes },
  { name: 'canonicalizehostname', read: read.choice(choices.canonicalizeHostname), fallback: off },
  { name: 'checkhostip', read: flag, fallback: no, fields: { checkHostIp: isOn } },
  { name: 'compression', read: read.choice(choices.compression), fallback: no, fields: { compression: isOn } },
  { name: 'controlmaster', read: read.choice(choices.controlMaster), fallback: off },
  { name: 'enablesshkeysign', read: flag, fallback: no },
  { name: 'clearallforwardings', read: flag, fallback: no },
  { name: 'exitonforwardfailure', read: flag, fallback: no, fields: { exitOnForwardFailure: isOn } },
  { name: 'fingerprinthash', read: read.choice(choices.hash), fallback: ['SHA256'] },
  { name: 'forwardx11', read: flag, fallback: no },
  { name: 'forwardx11trusted', read: flag, fallback: yes },
  { name: 'gatewayports', read: flag, fallback: no, fields: { gatewayPorts: isOn } },
  { name: 'gssapiauthentication', read: flag, fallback: no, fields: { gssapiAuthentication: isOn } },
  { name: 'gssapikeyexchange', read: flag, fallback: no },
  { name: 'gssapidelegatecredentials', read: flag, fallback: no },
  { name: 'gssapitrustdns', read: flag, fallback: no },
  { name: 'gssapirenewalforcesrekey', read: flag, fallback: no },
  { name: 'gssapiclientidentity', read: word },
  { name: 'gssapiserveridentity', read: word },
  {
    name: 'gssapikexalgorithms',
    read: algorithms(gssKeyExchanges).read,
    fallback: [gssKeyExchanges.preferred.join(',')],
  },
  { name: 'hashknownhosts', read: flag, fallback: no, fields: { hashKnownHosts: isOn } },
  { name: 'hostbasedauthentication', read: flag, fallback: no, fields: { hostbasedAuthentication: isOn } },
  { name: 'identitiesonly', read: flag, fallback: no, fields: { identitiesOnly: isOn } },
  {
    name: 'kbdinteractiveauthentication',
    aliases: ['challengeresponseauthentication', 'skeyauthentication', 'tisauthentication'],
    read: flag,
    fallback: yes,
    fields: { kbdInteractiveAuthentication: isOn },
  },
  {
    name: 'nohostauthenticationforlocalhost',
    read: flag,
    fallback: no,
    fields: { noHostAuthenticationForLocalhost: isOn },
  },
  { name: 'passwordauthentication', read: flag, fallback: yes, fields: { passwordAuthentication: isOn } },
  { name: 'permitlocalcommand', read: flag, fallback: no },
  {
    name: 'proxyusefdpass',
    read: flag,
    fallback: no,
    check: settle.canPassSocket,
    print: (name, words, config) => print.line(name, config.settings.has('proxyjump') ? no : words, config),
    fields: { proxyUseFdpass: isOn },
  },
  {
    name: 'pubkeyauthentication',
    aliases: ['dsaauthentication'],
    read: read.choice(choices.pubkeyAuthentication),
    fallback: on,
    fields: { pubkeyAuthentication: isOn },
  },
  { name: 'requesttty', read: read.choice(choices.requestTty), fallback: ['auto'] },
  {
    name: 'sessiontype',
    read: read.choice(choices.sessionType),
    fallback: ['default'],
    fields: { hasNoSession: ([type]) => type === 'none' },
  },
  { name: 'stdinnull', read: flag, fallback: no },
  { name: 'forkafterauthentication', read: flag, fallback: no, check: settle.canFork },
  { name: 'streamlocalbindunlink', read: flag, fallback: no, fields: { streamLocalBindUnlink: isOn } },
  {
    name: 'stricthostkeychecking',
    read: read.choice(choices.strictHostKeyChecking),
    fallback: ['ask'],
    fields: { strictHostKeyChecking: field.choiceOf<HostConfig['strictHostKeyChecking']>() },
  },
  { name: 'tcpkeepalive', aliases: ['keepalive'], read: flag, fallback: yes, fields: { tcpKeepAlive: isOn } },
  { name: 'tunnel', read: read.choice(choices.tunnel), fallback: off },
  {
    name: 'verifyhostkeydns',
    read: read.choice(choices.trueFalseAsk),
    fallback: off,
    fields: { verifyHostKeyDns: ([value]) => value !== 'false' },
  },
  { name: 'visualhostkey', read: flag, fallback: no },
  {
    name: 'updatehostkeys',
    read: read.choice(choices.trueFalseAsk),
    derive: settle.updateHostKeys,
    fields: { updateHostKeys: field.choiceOf<HostConfig['updateHostKeys']>() },
  },
  { name: 'enableescapecommandline', read: flag, fallback: no },
  { name: 'canonicalizemaxdots', read: number, fallback: ['1'] },
  {
    name: 'connectionattempts',
    read: number,
    fallback: ['1'],
    check: (count) => count !== '0',
    fields: { connectionAttempts: field.number },
  },
  { name: 'forwardx11timeout', read: read.time, fallback: ['1200'] },
  { name: 'numberofpasswordprompts', read: number, fallback: ['3'], fields: { numberOfPasswordPrompts: field.number } },
  { name: 'serveralivecountmax', read: number, fallback: ['3'], fields: { serverAliveCountMax: field.number } },
  {
    name: 'serveraliveinterval',
    aliases: ['protocolkeepalives', 'setuptimeout'],
    read: read.time,
    // Debian watches a connection that nobody sits at.
    print: (name, [seconds], { settings }) => [
      `${name} ${seconds ?? (settings.get('batchmode')?.words[0] === 'yes' ? 300 : 0)}`,
    ],
    fields: { serverAliveIntervalMs: (words) => (words.length > 0 ? field.milliseconds(words) : undefined) },
  },
  { name: 'requiredrsasize', read: number, fallback: ['1024'], fields: { requiredRsaSize: field.number } },

  // Texts.
  { name: 'bindaddress', read: word, fields: { bindAddress: text } },
  { name: 'bindinterface', read: word, fields: { bindInterface: text } },
  { name: 'ciphers', ...algorithms(ciphers), fields: { ciphers: text } },
  {
    name: 'controlpath',
    read: word,
    isUnsetByNone: true,
    settle: settle.path,
    fields: { controlPath: text },
  },
  { name: 'hostkeyalgorithms', ...algorithms(keyTypes), fields: { hostKeyAlgorithms: text } },
  { name: 'hostkeyalias', read: word, settle: settle.lowerCase, fields: { hostKeyAlias: text } },
  { name: 'hostbasedacceptedalgorithms', aliases: ['hostbasedkeytypes'], ...algorithms(keyTypes) },
  {
    name: 'identityagent',
    read: read.word(read.agentPath),
    settle: settle.path,
    fields: { identityAgent: field.agentSocket },
  },
  { name: 'ignoreunknown', read: word },
  { name: 'kbdinteractivedevices', read: word },
  { name: 'kexalgorithms', ...algorithms(keyExchanges), fields: { kexAlgorithms: text } },
  {
    name: 'casignaturealgorithms',
    ...algorithms(caSignatures),
    fields: { caSignatureAlgorithms: ([list]) => assembleAlgorithms(list, caSignatures) },
  },
  { name: 'localcommand', read: read.command, isUnsetByNone: true },
  { name: 'remotecommand', read: read.command, isUnsetByNone: true, settle: settle.withTokens },
  { name: 'loglevel', read: read.choice(choices.logLevel), fallback: ['INFO'] },
  { name: 'macs', ...algorithms(macs), fields: { macs: text } },
  {
    name: 'pkcs11provider',
    aliases: ['smartcarddevice'],
    read: word,
    isUnsetByNone: true,
    fields: { pkcs11Provider: text },
  },
  { name: 'securitykeyprovider', read: word, isUnsetByNone: true, fallback: ['internal'] },
  {
    name: 'preferredauthentications',
    read: word,
    fields: { preferredAuthentications: ([list]) => list?.split(',') ?? authMethods },
  },
  {
    name: 'pubkeyacceptedalgorithms',
    aliases: ['pubkeyacceptedkeytypes'],
    ...algorithms(keyTypes),
    fields: { pubkeyAcceptedAlgorithms: ([list]) => assembleAlgorithms(list, keyTypes) },
  },
  { name: 'revokedhostkeys', read: word, isUnsetByNone: true, fields: { revokedHostKeysFile: field.fileOrText } },
  { name: 'xauthlocation', read: word, fallback: ['/usr/bin/xauth'] },
  { name: 'knownhostscommand', read: read.command, isUnsetByNone: true, fields: { knownHostsCommand: text } },

  // Forwards. `ssh -G` prints a forward to a Unix socket as a dynamic forward too.
  {
    name: 'dynamicforward',
    read: (args, env) => readForward('dynamic', args, env),
    merge: merge.addForward('dynamic'),
    print: (name, _, { forwards }) =>
      forwards
        .filter(({ spec }) => spec.kind === 'dynamic' || (spec.kind === 'local' && spec.to.kind === 'unix'))
        .map((forward) => `${name} ${printBind(forward)}`),
  },
  {
    name: 'localforward',
    read: (args, env) => readForward('local', args, env),
    merge: merge.addForward('local'),
    print: print.forwardLines('local'),
  },
  {
    name: 'remoteforward',
    read: (args, env) => readForward('remote', args, env),
    merge: merge.addForward('remote'),
    print: print.forwardLines('remote', 'remoteDynamic'),
  },

  // Lists, and keywords that `ssh -G` prints in a way of their own.
  {
    name: 'identityfile',
    aliases: ['identityfile2'],
    read: word,
    merge: merge.addNew,
    fallback: identityTypes.map((type) => `~/.ssh/id_${type}`),
    print: print.each,
    fields: { identityFiles: field.files, identityFilesAreDefault: (_, { settings }) => !settings.has('identityfile') },
  },
  { name: 'canonicaldomains', read: read.canonicalDomains, fallback: ['none'], print: print.joined },
  {
    name: 'certificatefile',
    read: word,
    merge: merge.addNew,
    print: print.each,
    fields: { certificateFiles: field.files },
  },
  {
    name: 'globalknownhostsfile',
    read: read.fileList,
    fallback: ({ systemFolder }) =>
      ['ssh_known_hosts', 'ssh_known_hosts2'].map((file) => path.join(systemFolder, file)),
    print: print.joined,
    fields: { globalKnownHostsFiles: field.named },
  },
  {
    name: 'userknownhostsfile',
    read: read.fileList,
    settle: settle.pathOrNone,
    fallback: ({ home }) => ['known_hosts', 'known_hosts2'].map((file) => path.join(home, '.ssh', file)),
    print: print.joined,
    fields: { userKnownHostsFiles: field.named },
  },
  { name: 'sendenv', read: read.variableNames, merge: merge.addOrRemove, print: print.each },
  { name: 'setenv', read: read.variables, print: print.each, fields: { env: field.sentVariables } },
  { name: 'logverbose', read: read.logVerbose, fallback: ['none'], print: print.joined },
  {
    name: 'permitremoteopen',
    read: read.permitRemoteOpen,
    fallback: ['any'],
    print: print.joined,
    fields: { permitRemoteOpen: (words) => words },
  },
  {
    name: 'addkeystoagent',
    read: read.addKeysToAgent,
    fallback: off,
    fields: { addKeysToAgent: field.agentMode, agentKeyLifetimeMs: field.agentKeyLifetimeMs },
  },
  {
    name: 'forwardagent',
    read: read.forwardAgent,
    merge: merge.firstOfEach,
    settle: settle.path,
    fallback: no,
    print: (name, [isForwarded, agent]) => [`${name} ${agent ?? isForwarded}`],
    fields: { forwardAgent: isOn },
  },
  { name: 'connecttimeout', read: read.time, fallback: ['none'], fields: { connectTimeoutMs: field.milliseconds } },
  { name: 'tunneldevice', read: read.word(tunnelDevices), fallback: ['any:any'] },
  {
    name: 'canonicalizepermittedcnames',
    read: read.permittedCnames,
    isUnsetByNone: true,
    fallback: ['none'],
    print: (_, words) => [`canonicalizePermittedcnames ${words.join(' ')}`],
  },
  { name: 'controlpersist', read: read.controlPersist, fallback: no },
  { name: 'escapechar', read: read.word(escapeCharacter), fallback: ['~'] },
  { name: 'ipqos', read: read.qualities, fallback: ['lowdelay throughput'] },
  {
    name: 'rekeylimit',
    read: read.rekeyLimit,
    merge: merge.firstOfEach,
    print: (name, [bytes = 0, seconds = 0]) => [`${name} ${bytes} ${seconds}`],
    fields: {
      rekeyLimitBytes: (words) => field.positive(field.number(words)),
      rekeyIntervalMs: (words) => field.positive(field.milliseconds(words.slice(1))),
    },
  },
  {
    name: 'streamlocalbindmask',
    read: read.bindMask,
    merge: merge.lastAnywhere,
    fallback: ['0177'],
    fields: { streamLocalBindMask: ([mask = '']) => Number.parseInt(mask, 8) },
  },
  { name: 'syslogfacility', read: read.choice(choices.logFacility), merge: merge.firstAnywhere, fallback: ['USER'] },
  { name: 'proxycommand', read: read.command, merge: merge.firstUnless('proxyjump'), isUnsetByNone: true },
  {
    name: 'proxyjump',
    read: read.jump,
    merge: merge.firstUnless('proxycommand'),
    isUnsetByNone: true,
    check: settle.isNoLoop,
    fields: { proxy: field.proxy },
  },

  // OpenSSH 9.2 does not print these, or does not know them yet.
  { name: 'channeltimeout', read: read.channelTimeout, print: print.nothing },
  { name: 'obscurekeystroketiming', read: read.keystrokeTiming, print: print.nothing },
  { name: 'refuseconnection', read: word, merge: merge.refuse, print: print.nothing },
  { name: 'tag', read: word, print: print.nothing },
  { name: 'versionaddendum', read: read.version, print: print.nothing },
  { name: 'warnweakcrypto', read: read.choice(choices.warnWeakCrypto), print: print.nothing },
  ...ignoredNames.map((name) => ({ name, read: read.ignored, print: print.nothing })),
] as const satisfies readonly Keyword[];

/** The fields of `HostConfig` that follow from keywords. */
export type KeywordField = FieldOf<(typeof keywords)[number]>;
type FieldOf<K> = K extends { readonly fields: infer F } ? keyof F & keyof HostConfig : never;

const byName: ReadonlyMap<string, Keyword> = new Map(
  keywords.flatMap((keyword: Keyword) => [keyword.name, ...(keyword.aliases ?? [])].map((name) => [name, keyword])),
);

/** By a name in lower case. Undefined for a keyword that OpenSSH does not know. */
export function findKeyword(name: string): Keyword | undefined {
  return byName.get(name);
}

/** The keyword takes the rest of the line as written, with its quotes. */
export function takesRestOfLine(name: string): boolean {
  const reader = findKeyword(name.toLowerCase())?.read;
  return reader === read.command || reader === read.jump || reader === read.version;
}
