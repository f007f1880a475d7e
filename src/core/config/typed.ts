import { UserError } from '../../base/userError.ts';
import { isCommandText } from '../spec/commandLine.ts';
import { commandError, type CommandProblem } from '../spec/commandProblem.ts';
import type { ForwardSyntaxProblem } from '../spec/fields.ts';
import { parsePasted } from '../spec/pasted.ts';
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
}

/** Why the program does not understand a typed text. */
export interface NotUnderstood {
  readonly kind: 'problem';
  readonly problem: CommandProblem | ConfigProblem | ForwardSyntaxProblem;
}

/** What a person typed for a host: a destination as after `ssh`, or a whole pasted command. */
export type TypedHost =
  | { readonly kind: 'destination' | 'command'; readonly choice: HostChoice }
  /** Several words that form no command. */
  | { readonly kind: 'blanks' }
  | NotUnderstood;

/** What a person typed for forwards of a host: ports, flags of ssh(1) or a whole command. */
export type TypedForwards =
  | { readonly kind: 'specs'; readonly specs: readonly ForwardSpec[] }
  /** A command for another host, or with other options. */
  | { readonly kind: 'host'; readonly host: HostChoice }
  | NotUnderstood;

/** Undefined for an empty text. */
export function readTypedHost(text: string): TypedHost | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  return understood(() => {
    if (isCommandText(typed)) return { kind: 'command', choice: readCommand(typed) };
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
    if (!isCommandText(typed)) return { kind: 'specs', specs: parsePortInput(typed) };
    const { host, forwards } = parsePasted(typed);
    const other = host === undefined ? undefined : readCommand(typed);
    const isHere = other === undefined || (other.name === hostName && other.options.length === 0);
    return isHere ? { kind: 'specs', specs: forwards } : { kind: 'host', host: other };
  });
}

function understood<T>(read: () => T): T | NotUnderstood {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'problem', problem: error.problem as NotUnderstood['problem'] };
  }
}

/** @throws UserError<NotUnderstood['problem']> */
function readCommand(text: string): HostChoice {
  const { host, user, port, options, forwards } = parsePasted(text);
  if (host === undefined) throw commandError('noDestination', text);
  const bracketed = host.includes(':') && port !== undefined ? `[${host}]` : host;
  const name = `${user === undefined ? '' : `${user}@`}${bracketed}${port === undefined ? '' : `:${port}`}`;
  readDestination(name);
  return { name, options, forwards };
}
