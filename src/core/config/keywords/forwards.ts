import { UserError } from '../../../base/userError.ts';
import { splitFields } from '../../spec/fields.ts';
import { type ForwardKind, parseForwardArgs } from '../../spec/grammar.ts';
import type { Bind, Endpoint, ForwardSpec } from '../../spec/spec.ts';
import { BadValue, type Place } from '../badValue.ts';
import type { Arguments } from '../reading/syntax.ts';
import { expand, type Tokens } from '../reading/tokens.ts';

/** A forward as a file has it. */
export interface ConfigForward {
  readonly spec: ForwardSpec;
  /** The bind address as written: `ssh -G` tells an empty one from `*`. */
  readonly bindHost?: string;
  readonly place: Place;
}

/**
 * Reads the arguments of LocalForward, RemoteForward or DynamicForward and expands `${NAME}` in them. `forwardOf` makes
 * a forward of the result.
 *
 * @throws BadValue
 */
export function readForward(kind: ForwardKind, args: Arguments, env: NodeJS.ProcessEnv): readonly string[] {
  const listen = expand(args.next(), undefined, env);
  const connect = kind === 'dynamic' ? undefined : args.take();
  if (!connect && kind === 'local') throw new BadValue('the destination is missing');
  const words = connect ? [listen, expand(connect, undefined, env)] : [listen];
  forwardOf(kind, words);
  return words;
}

/** @throws BadValue */
export function forwardOf(kind: ForwardKind, words: readonly string[]): Omit<ConfigForward, 'place'> {
  const spec = parse(kind, words);
  if (spec.bind.kind === 'unix' || spec.bind.host === undefined) return { spec };
  return { spec, bindHost: splitFields(words[0] ?? '')[0]?.text ?? '' };
}

function parse(kind: ForwardKind, words: readonly string[]): ForwardSpec {
  const [listen = '', connect] = words;
  try {
    return connect ? parseForwardArgs(kind, listen, connect) : parseForwardArgs(kind, listen);
  } catch (error) {
    if (error instanceof UserError) throw new BadValue(`bad forward ${words.join(' ')}`);
    throw error;
  }
}

/** Expands tokens, which only the paths of Unix sockets take. */
export function expandForward(forward: ConfigForward, tokens: Tokens): ConfigForward {
  const { spec } = forward;
  const bind = expandPath(spec.bind, tokens);
  return { ...forward, spec: 'to' in spec ? { ...spec, bind, to: expandPath(spec.to, tokens) } : { ...spec, bind } };
}

function expandPath<T extends Bind | Endpoint>(side: T, tokens: Tokens): T {
  return side.kind === 'unix' ? { ...side, path: expand(side.path, tokens) } : side;
}

/** The arguments as `ssh -G` prints them. */
export function printForward(forward: ConfigForward): string {
  const { spec } = forward;
  if (!('to' in spec)) return `${printBind(forward)}${spec.kind === 'remoteDynamic' ? ' [socks]:0' : ''}`;
  return `${printBind(forward)} ${spec.to.kind === 'unix' ? spec.to.path : `[${spec.to.host}]:${spec.to.port}`}`;
}

export function printBind({ spec: { bind }, bindHost }: ConfigForward): string {
  if (bind.kind === 'unix') return bind.path;
  return bindHost === undefined ? String(bind.port) : `[${bindHost}]:${bind.port}`;
}
