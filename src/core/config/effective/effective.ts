import path from 'node:path';
import { assembleAlgorithms, keyTypes } from '../keywords/algorithms.ts';
import { BadValue } from '../badValue.ts';
import type { Destination } from '../../spec/destination.ts';
import type { HostConfig } from '../hostConfig.ts';
import { parseJump } from '../keywords/jump.ts';
import { matchPattern } from '../../../base/pattern.ts';
import { locate, type ResolvedConfig } from './settle.ts';
import { expand, expandFile } from '../reading/tokens.ts';

/** The types of the keys that are tried when none is named: `~/.ssh/id_TYPE`. */
export const defaultIdentities = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk', 'xmss', 'dsa'];
const defaultMethods = ['gssapi-with-mic', 'hostbased', 'publickey', 'keyboard-interactive', 'password'];

/** What a connection needs, with all that `ssh -G` leaves unexpanded expanded. @throws UserError<ConfigProblem> */
export function effectiveConfig(config: ResolvedConfig): HostConfig {
  const { settings, tokens, world: environment } = config;
  const one = (key: string): string | undefined => settings.get(key)?.words[0];
  const is = (key: string, fallback: boolean): boolean => {
    const word = one(key);
    return word === undefined ? fallback : word !== 'no' && word !== 'false';
  };
  const number = (key: string, fallback: number): number => Number(one(key) ?? fallback);
  const ms = (key: string): number => number(key, 0) * 1000;
  const list = <T>(key: string, each: (word: string) => T): readonly T[] => {
    const setting = settings.get(key);
    return setting ? locate(setting, () => setting.words.map(each)) : [];
  };
  const file = (name: string): string => expandFile(name, tokens, environment);
  const isNamed = (name: string): boolean => name.toLowerCase() !== 'none';

  const identityAgent = agentSocket(one('identityagent'), environment.env);
  const rekeyLimitBytes = number('rekeylimit', 0);
  const rekeyIntervalMs = ms('rekeyinterval');
  const hasInterval = settings.has('serveraliveinterval');
  return {
    name: config.name,
    hostName: config.hostName,
    port: Number(config.port),
    user: list('user', (user) => expand(user, tokens, environment.env))[0] ?? config.user,
    proxy: proxyOf(config),
    addressFamily: (one('addressfamily') ?? 'any') as HostConfig['addressFamily'],
    ...copied(one('bindaddress'), (bindAddress) => ({ bindAddress })),
    ...copied(one('bindinterface'), (bindInterface) => ({ bindInterface })),
    proxyUseFdpass: is('proxyusefdpass', false),
    connectTimeoutMs: ms('connecttimeout'),
    connectionAttempts: number('connectionattempts', 1),
    tcpKeepAlive: is('tcpkeepalive', true),
    ...(hasInterval && { serverAliveIntervalMs: ms('serveraliveinterval') }),
    serverAliveCountMax: number('serveralivecountmax', 3),
    compression: is('compression', false),
    ...(rekeyLimitBytes > 0 && { rekeyLimitBytes }),
    ...(rekeyIntervalMs > 0 && { rekeyIntervalMs }),

    ...copied(one('hostkeyalgorithms'), (hostKeyAlgorithms) => ({ hostKeyAlgorithms })),
    ...copied(one('kexalgorithms'), (kexAlgorithms) => ({ kexAlgorithms })),
    ...copied(one('ciphers'), (ciphers) => ({ ciphers })),
    ...copied(one('macs'), (macs) => ({ macs })),

    ...copied(one('hostkeyalias'), (hostKeyAlias) => ({ hostKeyAlias })),
    strictHostKeyChecking: yesNo(one('stricthostkeychecking') ?? 'ask') as HostConfig['strictHostKeyChecking'],
    userKnownHostsFiles: settings.has('userknownhostsfile')
      ? list('userknownhostsfile', (name) => name).filter(isNamed)
      : ['known_hosts', 'known_hosts2'].map((name) => path.join(environment.home, '.ssh', name)),
    globalKnownHostsFiles: settings.has('globalknownhostsfile')
      ? list('globalknownhostsfile', (name) => name).filter(isNamed)
      : ['ssh_known_hosts', 'ssh_known_hosts2'].map((name) => path.join(environment.systemFolder, name)),
    hashKnownHosts: is('hashknownhosts', false),
    checkHostIp: is('checkhostip', false),
    noHostAuthenticationForLocalhost: is('nohostauthenticationforlocalhost', false),
    ...copied(list('revokedhostkeys', (name) => name).find(isNamed), (name) => ({
      revokedHostKeysFile: expandOrKeep(name, () => file(name)),
    })),
    ...copied(list('knownhostscommand', (command) => command).find(isNamed), (knownHostsCommand) => ({
      knownHostsCommand,
    })),
    updateHostKeys: yesNo(one('updatehostkeys') ?? 'true') as HostConfig['updateHostKeys'],

    identityFiles: settings.has('identityfile')
      ? list('identityfile', (name) => (isNamed(name) ? file(name) : name)).filter(isNamed)
      : defaultIdentities.map((type) => path.join(environment.home, '.ssh', `id_${type}`)),
    identityFilesAreDefault: !settings.has('identityfile'),
    certificateFiles: list('certificatefile', (name) => (isNamed(name) ? file(name) : name)).filter(isNamed),
    identitiesOnly: is('identitiesonly', false),
    ...copied(identityAgent, () => ({ identityAgent: identityAgent ?? '' })),
    ...agentKeys(one('addkeystoagent') ?? 'no'),
    forwardAgent: is('forwardagent', false),
    preferredAuthentications: one('preferredauthentications')?.split(',') ?? defaultMethods,
    pubkeyAuthentication: is('pubkeyauthentication', true),
    ...copied(one('pubkeyacceptedalgorithms'), (names) => ({
      pubkeyAcceptedAlgorithms: assembleAlgorithms(names, keyTypes),
    })),
    requiredRsaSize: number('requiredrsasize', 1024),
    passwordAuthentication: is('passwordauthentication', true),
    kbdInteractiveAuthentication: is('kbdinteractiveauthentication', true),
    numberOfPasswordPrompts: number('numberofpasswordprompts', 3),
    batchMode: is('batchmode', false),
    gssapiAuthentication: is('gssapiauthentication', false),
    hostbasedAuthentication: is('hostbasedauthentication', false),
    ...copied(list('pkcs11provider', (name) => name).find(isNamed), (pkcs11Provider) => ({ pkcs11Provider })),

    env: sentEnvironment(config),
    forwards: config.forwards.map(({ spec }) => spec),
    gatewayPorts: is('gatewayports', false),
    exitOnForwardFailure: is('exitonforwardfailure', false),
    streamLocalBindUnlink: is('streamlocalbindunlink', false),
    streamLocalBindMask: Number.parseInt(one('streamlocalbindmask') ?? '0177', 8),
    permitRemoteOpen: settings.get('permitremoteopen')?.words ?? ['any'],
  };
}

function proxyOf({ settings, tokens }: ResolvedConfig): HostConfig['proxy'] {
  // ssh_config(5) TOKENS: these two take fewer than most. ssh(1) makes a command of the hops, and expands that.
  const known = Object.fromEntries(['h', 'k', 'n', 'p', 'r'].map((letter) => [letter, tokens[letter] ?? '']));
  const jump = settings.get('proxyjump');
  if (jump) {
    const expanded = ({ user, host, ...hop }: Destination): Destination => ({
      ...hop,
      host: expand(host, known),
      ...(user !== undefined && { user: expand(user, known) }),
    });
    return { kind: 'jump', hops: locate(jump, () => parseJump(jump.words[0] ?? '').map(expanded)) };
  }
  const command = settings.get('proxycommand');
  if (!command) return { kind: 'none' };
  return { kind: 'command', command: locate(command, () => expand(command.words[0] ?? '', known)) };
}

/** ssh_config(5) IdentityAgent: a path, `none`, `SSH_AUTH_SOCK` or `$NAME`. */
function agentSocket(agent: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (agent === 'none') return undefined;
  const usual =
    env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? String.raw`\\.\pipe\openssh-ssh-agent` : undefined);
  if (agent === undefined || agent === 'SSH_AUTH_SOCK') return usual;
  return agent.startsWith('$') ? env[agent.slice(1)] : agent;
}

/** ssh_config(5) AddKeysToAgent: a word, a lifetime in seconds, or `confirm` with one. */
function agentKeys(setting: string): Pick<HostConfig, 'addKeysToAgent' | 'agentKeyLifetimeMs'> {
  const [, mode = '', seconds = ''] = /^([a-z]*) ?(\d*)$/.exec(setting) ?? [];
  return {
    addKeysToAgent: yesNo(mode || 'yes') as HostConfig['addKeysToAgent'],
    ...(seconds !== '' && { agentKeyLifetimeMs: Number(seconds) * 1000 }),
  };
}

/** What SendEnv and SetEnv ask for. Versions before 9.6 take a value with an unknown token as it is, so it is kept. */
function sentEnvironment({ settings, tokens, world: { env } }: ResolvedConfig): Readonly<Record<string, string>> {
  const patterns = settings.get('sendenv')?.words ?? [];
  const sent = Object.entries(env).filter(([name]) => patterns.some((pattern) => matchPattern(name, pattern)));
  const set = (settings.get('setenv')?.words ?? []).map((word) => {
    const [name = '', value = ''] = word.split(/=(.*)/s);
    return [name, expandOrKeep(value, () => expand(value, tokens, env))];
  });
  return Object.fromEntries([...sent, ...set]) as Record<string, string>;
}

function expandOrKeep(text: string, expanded: () => string): string {
  try {
    return expanded();
  } catch (error) {
    if (error instanceof BadValue) return text;
    throw error;
  }
}

/** `ssh -G` prints some keywords as true and false. */
function yesNo(word: string): string {
  return word.replace('true', 'yes').replace('false', 'no');
}

function copied<T>(value: string | undefined, field: (value: string) => T): T | undefined {
  return value === undefined ? undefined : field(value);
}
