import { commandWords } from './commandLine.ts';
import { commandError } from './commandProblem.ts';
import { splitDestination } from './destination.ts';
import { type ForwardKind, formatBind, formatEndpoint, formatForward, parseForward } from './grammar.ts';
import { readPort } from './services.ts';
import { withHome } from './home.ts';
import { quoteShellWord } from './shellWords.ts';
import type { ForwardSpec } from './spec.ts';

/** The parts of an ssh(1) command line that concern connecting and forwarding. Plain data. */
export interface SshCommand {
  /** Without user and port. Absent if the command has options only. */
  readonly host?: string;
  readonly user?: string;
  readonly port?: number;
  /** -F */
  readonly configFile?: string;
  /** Lines as for -o, also from flags that stand for a line (-i, -J, -C …). An earlier line wins over a later one. */
  readonly options: readonly string[];
  readonly forwards: readonly ForwardSpec[];
  /** `forward`: -N; `print`: -G. */
  readonly mode: 'session' | 'forward' | 'print';
  /** -f: go on in the background. */
  readonly isBackground: boolean;
  /** The number of -v flags; -1 for -q. */
  readonly verbosity: number;
}

/** Reads a pasted command line, with or without the word `ssh`. @throws UserError<CommandProblem | ForwardSyntaxProblem> */
export function parseCommandText(text: string): SshCommand {
  const command = parseCommand(commandWords(text));
  return { ...command, forwards: command.forwards.map(withHome) };
}

/** Reads the arguments of ssh(1), without the command name. @throws UserError<CommandProblem | ForwardSyntaxProblem> */
export function parseCommand(args: readonly string[]): SshCommand {
  let command: SshCommand = {
    options: [],
    forwards: [],
    mode: 'session',
    isBackground: false,
    verbosity: 0,
  };
  let areFlagsOver = false;
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!areFlagsOver && word === '--') areFlagsOver = true;
    else if (!areFlagsOver && word.length > 1 && word.startsWith('-')) command = applyFlags(command, word, rest);
    else if (command.host === undefined) command = applyDestination(command, word);
    else throw commandError('remoteCommand', word);
  }
  return command;
}

/** The command's options, user, port and forwards as lines for -o. */
export function commandOverrides(command: SshCommand): readonly string[] {
  return [
    ...command.options,
    ...(command.user === undefined ? [] : [optionLine('User', command.user)]),
    ...(command.port === undefined ? [] : [`Port=${command.port}`]),
    ...command.forwards.map(forwardFlag),
  ];
}

/** A command line for a terminal. `parseCommandText` reads it back to the same value. */
export function formatCommand(command: SshCommand): string {
  const { host, user, port, configFile, options, forwards, mode, isBackground, verbosity } = command;
  const words = [
    'ssh',
    ...(mode === 'forward' ? ['-N'] : mode === 'print' ? ['-G'] : []),
    ...(isBackground ? ['-f'] : []),
    ...(verbosity < 0 ? ['-q'] : verbosity > 0 ? [`-${'v'.repeat(verbosity)}`] : []),
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...options.flatMap((line) => ['-o', line]),
    ...forwards.flatMap((spec) => [`-${letters[spec.kind]}`, formatForward(spec)]),
    ...(host === undefined ? [] : [host.startsWith('-') ? '--' : [], host].flat()),
  ];
  return words.map(quoteShellWord).join(' ');
}

const letters = { local: 'L', remote: 'R', remoteDynamic: 'R', dynamic: 'D' } as const;

/** Flags that stand for lines of ssh_config(5). ssh(1) sets these immediately, so the last flag wins. */
const lines: Readonly<Record<string, readonly string[]>> = {
  '4': ['AddressFamily=inet'],
  '6': ['AddressFamily=inet6'],
  A: ['ForwardAgent=yes'],
  a: ['ForwardAgent=no'],
  C: ['Compression=yes'],
  g: ['GatewayPorts=yes'],
  K: ['GSSAPIAuthentication=yes', 'GSSAPIDelegateCredentials=yes'],
};

/** The keywords of flags with a value. */
const valueLines: Readonly<Record<string, string>> = {
  B: 'BindInterface',
  b: 'BindAddress',
  c: 'Ciphers',
  I: 'PKCS11Provider',
  m: 'MACs',
};

/** Flags that concern a terminal or a remote program. A forwarder has neither and ignores them. */
const meaningless = 'nTtxky';
const meaninglessWithValue = 'e';
const unsupported = 'MsVXYEOQSWw';
const forwardKinds: Readonly<Record<string, ForwardKind>> = { L: 'local', R: 'remote', D: 'dynamic' };

/** Applies one word of flags: `-N`, `-fNL`, `-p22` … A value follows its letter, or is the next word. */
function applyFlags(before: SshCommand, word: string, rest: string[]): SshCommand {
  let command = before;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const takeValue = (): string => {
      const value = at + 1 < word.length ? word.slice(at + 1) : rest.shift();
      if (value === undefined) throw commandError('flagNeedsValue', `-${letter}`);
      at = word.length;
      return value;
    };
    command = applyFlag(command, letter, takeValue);
  }
  return command;
}

function applyFlag(command: SshCommand, letter: string, takeValue: () => string): SshCommand {
  const { options } = command;
  const line = lines[letter];
  if (line !== undefined) return { ...command, options: [...line, ...options] };
  const keyword = valueLines[letter];
  if (keyword !== undefined) return { ...command, options: [optionLine(keyword, takeValue()), ...options] };
  const kind = forwardKinds[letter];
  if (kind) return { ...command, forwards: [...command.forwards, parseForward(kind, takeValue())] };
  switch (letter) {
    case 'N':
      return { ...command, mode: command.mode === 'print' ? 'print' : 'forward' };
    case 'G':
      return { ...command, mode: 'print' };
    case 'f':
      return { ...command, isBackground: true };
    case 'v':
      return { ...command, verbosity: Math.min(Math.max(command.verbosity, 0) + 1, 3) };
    case 'q':
      return { ...command, verbosity: -1 };
    case 'F':
      return { ...command, configFile: filled('-F', takeValue()) };
    case 'i':
      return { ...command, options: [...options, optionLine('IdentityFile', takeValue())] };
    case 'J':
      return applyJump(command, filled('-J', takeValue()));
    case 'l':
      return { user: takeValue(), ...command };
    case 'p':
      return { port: portOf(takeValue()), ...command };
    case 'o':
      return applyOption(command, takeValue());
  }
  if (meaningless.includes(letter)) return command;
  if (meaninglessWithValue.includes(letter)) {
    takeValue();
    return command;
  }
  throw commandError(unsupported.includes(letter) ? 'unsupportedFlag' : 'unknownFlag', `-${letter}`);
}

/** ssh(1) refuses an empty value too: it comes from an unset variable in a script. */
function filled(flag: string, value: string): string {
  if (value === '') throw commandError('flagNeedsValue', flag);
  return value;
}

/** ssh(1) takes one -J, and no -J after a ProxyJump or ProxyCommand option: it would ignore a hop silently. */
function applyJump(command: SshCommand, hops: string): SshCommand {
  const other = command.options.find((line) => /^\s*"?proxy(?:jump|command)[\s="]/i.test(line));
  if (other !== undefined) throw commandError('secondJump', hops);
  return { ...command, options: [...command.options, optionLine('ProxyJump', hops)] };
}

/** User and port are separate fields, because the first of -l, -p, -o and `user@host` wins. */
function applyOption(command: SshCommand, line: string): SshCommand {
  const [, keyword, , value] = /^\s*(user|port)\s*[=\s]\s*(["']?)((?!#)[^\s"'\\]+)\2\s*$/i.exec(line) ?? [];
  if (keyword === undefined || value === undefined) return { ...command, options: [...command.options, line] };
  return keyword.toLowerCase() === 'user' ? { user: value, ...command } : { port: portOf(value), ...command };
}

function applyDestination(command: SshCommand, word: string): SshCommand {
  const destination = splitDestination(word);
  if (!destination) throw commandError('noDestination', word);
  const { host, user, port } = destination;
  return { ...(user !== undefined && { user }), ...(port !== undefined && { port: portOf(port) }), ...command, host };
}

function portOf(text: string): number {
  const port = readPort(text);
  if (port === undefined) throw commandError('badPort', text);
  return port;
}

/** A line of ssh_config(5). The value is quoted if needed. */
function optionLine(keyword: string, value: string): string {
  return `${keyword}=${quoteOption(value)}`;
}

function quoteOption(value: string): string {
  return /^[^\s"'\\#=]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

function forwardFlag(spec: ForwardSpec): string {
  const bind = quoteOption(formatBind(spec.bind));
  const to = 'to' in spec ? ` ${quoteOption(formatEndpoint(spec.to))}` : '';
  return `${forwardKeywords[spec.kind]} ${bind}${to}`;
}

/** The keyword of ssh_config(5) for each kind of forward. */
export const forwardKeywords = {
  local: 'LocalForward',
  remote: 'RemoteForward',
  remoteDynamic: 'RemoteForward',
  dynamic: 'DynamicForward',
} as const;
