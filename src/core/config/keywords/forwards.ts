import { UserError } from '../../../base/userError.ts';
import { splitFields } from '../../spec/fields.ts';
import { type ForwardKind, parseForwardArgs } from '../../spec/grammar.ts';
import type { Bind, Endpoint, ForwardSpec } from '../../spec/spec.ts';
import { BadValue, type Place } from '../badValue.ts';
import type { Arguments } from '../reading/syntax.ts';
import { expand, type Tokens } from '../reading/tokens.ts';

/** A forward as a file has it. `bindHost`: as written, for `ssh -G` keeps the empty address apart from `*`. */
export interface ConfigForward {
  readonly spec: ForwardSpec;
  readonly bindHost?: string;
  readonly place: Place;
}

/**
 * Reads the arguments of LocalForward, RemoteForward or DynamicForward; `${NAME}` is expanded before they are understood.
 *
 * @throws BadValue
 */
export function readForward(kind: ForwardKind, args: Arguments, env: NodeJS.ProcessEnv): Omit<ConfigForward, 'place'> {
  const listen = expand(args.next(), undefined, env);
  const connect = kind === 'dynamic' ? undefined : args.take();
  if (!connect && kind === 'local') throw new BadValue('destination missing');
  const spec = parse(kind, listen, connect && expand(connect, undefined, env));
  if (spec.bind.kind === 'unix' || spec.bind.host === undefined) return { spec };
  return { spec, bindHost: splitFields(listen)[0]?.text ?? '' };
}

function parse(kind: ForwardKind, listen: string, connect: string | undefined): ForwardSpec {
  try {
    return connect ? parseForwardArgs(kind, listen, connect) : parseForwardArgs(kind, listen);
  } catch (error) {
    if (error instanceof UserError) throw new BadValue(`bad forward ${listen} ${connect ?? ''}`.trimEnd());
    throw error;
  }
}

/** Tokens are known in the paths of Unix sockets only. */
export function expandForward(forward: ConfigForward, tokens: Tokens): ConfigForward {
  const { spec } = forward;
  const bind = expandPath(spec.bind, tokens);
  return { ...forward, spec: 'to' in spec ? { ...spec, bind, to: expandPath(spec.to, tokens) } : { ...spec, bind } };
}

function expandPath<T extends Bind | Endpoint>(side: T, tokens: Tokens): T {
  return side.kind === 'unix' ? { ...side, path: expand(side.path, tokens) } : side;
}

/** The lines of `ssh -G` for the forwards, in its order of keywords. */
export function printForwards(forwards: readonly ConfigForward[]): string[] {
  const lines = (keyword: string, kinds: readonly ForwardSpec['kind'][]): string[] =>
    forwards.filter(({ spec }) => kinds.includes(spec.kind)).map((forward) => `${keyword} ${printForward(forward)}`);
  // `ssh -G` shows a forward to a Unix socket as a dynamic one too.
  const dynamic = forwards
    .filter(({ spec }) => spec.kind === 'dynamic' || (spec.kind === 'local' && spec.to.kind === 'unix'))
    .map((forward) => `dynamicforward ${printBind(forward)}`);
  return [...dynamic, ...lines('localforward', ['local']), ...lines('remoteforward', ['remote', 'remoteDynamic'])];
}

function printForward(forward: ConfigForward): string {
  const { spec } = forward;
  if (!('to' in spec)) return `${printBind(forward)}${spec.kind === 'remoteDynamic' ? ' [socks]:0' : ''}`;
  return `${printBind(forward)} ${spec.to.kind === 'unix' ? spec.to.path : `[${spec.to.host}]:${spec.to.port}`}`;
}

function printBind({ spec: { bind }, bindHost }: ConfigForward): string {
  if (bind.kind === 'unix') return bind.path;
  return bindHost === undefined ? String(bind.port) : `[${bindHost}]:${bind.port}`;
}
