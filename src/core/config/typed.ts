import { UserError } from '../../base/userError.ts';
import { isCommandText } from '../spec/commandLine.ts';
import { commandError, type CommandProblem } from '../spec/commandProblem.ts';
import type { ForwardSyntaxProblem } from '../spec/fields.ts';
import type { SshCommand } from '../spec/command.ts';
import { parsePasted, parseSession } from '../spec/pasted.ts';
import { parsePortInput } from '../spec/portInput.ts';
import type { ForwardSpec } from '../spec/spec.ts';
import type { ConfigProblem } from './hostConfig.ts';
import { readDestination } from '../spec/destination.ts';

/** A host to connect to, and the options and forwards of a pasted command. */
export interface HostChoice {
  readonly name: string;
  /** As for ssh(1) -o. */
  readonly options: readonly string[];
  readonly forwards: readonly ForwardSpec[];
  /** The pasted address of a page that the forward leads to. */
  readonly page?: string;
}

/** Why the program does not understand a typed text. */
export interface NotUnderstood {
  readonly kind: 'problem';
  readonly problem: CommandProblem | ConfigProblem | ForwardSyntaxProblem;
}

/** What a person typed for a host: a destination as after `ssh`, a whole pasted command, or ports of a host to choose. */
export type TypedHost =
  | { readonly kind: 'destination' | 'command'; readonly choice: HostChoice }
  | { readonly kind: 'ports'; readonly forwards: TypedSpecs }
  /** Several words that form no command. */
  | { readonly kind: 'blanks' }
  | NotUnderstood;

/** Forwards of one host. `page`: the user pasted this address of a page. */
export interface TypedSpecs {
  readonly kind: 'specs';
  readonly specs: readonly ForwardSpec[];
  readonly page?: string;
}

/** What a person typed for forwards of a host: ports, flags of ssh(1) or a whole command. */
export type TypedForwards =
  | TypedSpecs
  /** A command for another host, or with other options. */
  | { readonly kind: 'host'; readonly host: HostChoice }
  | NotUnderstood;

/** Undefined for an empty text. */
export function readTypedHost(text: string): TypedHost | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  return understood(() => {
    if (isCommandText(typed)) return { kind: 'command', choice: readCommand(typed) };
    const ports = readPorts(typed);
    if (ports) return { kind: 'ports', forwards: ports };
    if (/\s/u.test(typed)) return { kind: 'blanks' };
    readDestination(typed);
    return { kind: 'destination', choice: { name: typed, options: [], forwards: [] } };
  });
}

/** Flags without a host belong to `hostName`, and so does a plain command for it. Undefined for an empty text. */
export function readTypedForwards(text: string, hostName: string): TypedForwards | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  return understood(() => {
    if (!isCommandText(typed)) return readSpecs(typed);
    const { host, forwards } = parsePasted(typed);
    const other = host === undefined ? undefined : readCommand(typed);
    const isHere = other === undefined || (other.name === hostName && other.options.length === 0);
    return isHere ? { kind: 'specs', specs: forwards } : { kind: 'host', host: other };
  });
}

/**
 * A page address and a bare number mean ports: nobody's host is called 5000. A longer text that begins with a number may
 * also be an IPv6 address or a host name, so it means ports only if it reads as ports.
 *
 * @throws UserError<ForwardSyntaxProblem>
 */
function readPorts(text: string): TypedSpecs | undefined {
  if (isPage(text) || /^\d+$/u.test(text)) return readSpecs(text);
  if (!/^\d+[-:,]/u.test(text)) return undefined;
  try {
    return readSpecs(text);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** @throws UserError<ForwardSyntaxProblem> */
function readSpecs(text: string): TypedSpecs {
  return { kind: 'specs', specs: parsePortInput(text), ...(isPage(text) && { page: text }) };
}

function isPage(text: string): boolean {
  return /^https?:\/\//iu.test(text);
}

function understood<T>(read: () => T): T | NotUnderstood {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'problem', problem: error.problem as NotUnderstood['problem'] };
  }
}

/** An ssh command that runs in a terminal. `configFile`: its -F. */
export interface RunningCommand extends HostChoice {
  readonly configFile?: string;
}

/** Undefined for a command that is not ssh, and for one that logs in nowhere. What it runs over there does not matter. */
export function readRunning(text: string): RunningCommand | undefined {
  if (text.trimStart().startsWith('-') || !isCommandText(text)) return undefined;
  try {
    const command = parseSession(text);
    const { configFile } = command;
    return command.mode === 'print' ? undefined : { ...choiceOf(command, text), ...(configFile && { configFile }) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** @throws UserError<NotUnderstood['problem']> */
function readCommand(text: string): HostChoice {
  return choiceOf(parsePasted(text), text);
}

/** @throws UserError<NotUnderstood['problem']> */
function choiceOf({ host, user, port, options, forwards }: SshCommand, text: string): HostChoice {
  if (host === undefined) throw commandError('noDestination', text);
  const bracketed = host.includes(':') && port !== undefined ? `[${host}]` : host;
  const name = `${user === undefined ? '' : `${user}@`}${bracketed}${port === undefined ? '' : `:${port}`}`;
  readDestination(name);
  return { name, options, forwards };
}
