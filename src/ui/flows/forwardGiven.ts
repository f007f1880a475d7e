import { UserError } from '../../base/userError.ts';
import { makeForward, portRequest } from '../../agents/makeForward.ts';
import { type HostChoice, readTypedForwards, readTypedHost } from '../../core/config/typed.ts';
import { type ForwardRequest, typedRequest } from '../../core/session/forwards/forwardRequests.ts';
import { type AppState, findHost, type ForwardState } from '../../core/session/state.ts';
import { isCommandText } from '../../core/spec/commandLine.ts';
import { problemText } from '../../view/problem.ts';
import type { Given } from '../../view/script/commandShapes.ts';
import type { Outcome } from '../../view/script/outcome.ts';
import { ScriptError } from '../../view/script/readArguments.ts';
import { confirmOpen } from '../asking/confirmOpen.ts';
import { pickHost } from '../asking/pickHost.ts';
import { withProgress } from '../asking/progress.ts';
import type { Context } from '../context.ts';
import { newProxyPassword } from './protectProxy.ts';
import { connectTo } from './reachHost.ts';

/** The arguments of a script that wants a forward. */
export type Wanted = Pick<Given, 'host' | 'port' | 'localPort' | 'requireLocalPort' | 'spec' | 'label'>;

/** The forwards of the script, new or existing. */
export interface Forwarded {
  readonly host: string;
  readonly forwards: readonly ForwardState[];
  /** The ids of the new ones. */
  readonly made: ReadonlySet<string>;
}

/**
 * Makes the forwards that a script names, and shows nothing when it succeeds. The user is asked only for a host that the
 * script does not name, and before other machines get access.
 *
 * @throws ScriptError; UserError<Problem>, `cancelled` too
 */
export async function forwardGiven(context: Context, wanted: Wanted): Promise<Forwarded> {
  const { engine, secrets, settings, listed } = context;
  await listed;
  const state = (): AppState => engine.state.get();
  const choice = await hostOf(state(), wanted);
  const requests = requestsOf(choice, wanted);
  const answer = await confirmOpen(
    requests.map(({ spec }) => spec),
    settings.get().expireSharedAfterMs,
  );
  if (!answer || (answer === 'protect' && !(await newProxyPassword(engine, secrets, choice.name))))
    throw new UserError({ code: 'cancelled' });
  await connectTo(engine, choice);
  const before = new Set(findHost(state(), choice.name)?.forwards.map(({ id }) => id));
  const forwards: ForwardState[] = [];
  if (requests.length > 0)
    await withProgress(`Forwarding from ${choice.name}…`, async (signal) => {
      for (const request of requests)
        forwards.push(await makeForward(engine, choice.name, { ...request, ...protection(request, answer) }, signal));
    });
  return { host: choice.name, forwards, made: new Set(forwards.flatMap(({ id }) => (before.has(id) ? [] : [id]))) };
}

export function forwardedBy({ host, forwards }: Forwarded): Outcome {
  return { kind: 'forwards', forwards: forwards.map(({ id }) => ({ host, id })) };
}

/** The host that a script names, in `host` or by a whole command in `spec`; else the only connected host. */
async function hostOf(state: AppState, { host, spec }: Wanted): Promise<HostChoice> {
  const command = spec !== undefined && isCommandText(spec) ? readTypedHost(spec) : undefined;
  if (host === undefined && command?.kind === 'command') return { ...command.choice, forwards: [] };
  const online = state.hosts.filter(({ link }) => link.kind === 'online');
  const name = host ?? (online.length === 1 ? online[0]?.name : undefined);
  if (name === undefined) {
    const picked = await pickHost(state, 'Forward Port');
    if (!picked) throw new UserError({ code: 'cancelled' });
    return picked;
  }
  if (findHost(state, name)) return { name, options: [], forwards: [] };
  const typed = readTypedHost(name);
  if (typed?.kind === 'destination' || typed?.kind === 'command') return typed.choice;
  const why = typed?.kind === 'problem' ? problemText(typed.problem).what : 'A host is as after “ssh”.';
  throw new ScriptError(`${JSON.stringify(name)} is no host. ${why}`);
}

function requestsOf(
  choice: HostChoice,
  { port, localPort, requireLocalPort, spec, label }: Wanted,
): readonly ForwardRequest[] {
  if (port !== undefined && spec !== undefined) throw new ScriptError('Give the port or the spec, not both.');
  if (spec !== undefined && localPort !== undefined)
    throw new ScriptError('The spec names the local port: give no other one beside it.');
  const requests = [...choice.forwards, ...specsOf(choice.name, spec)].map((each) => typedRequest(each));
  if (port !== undefined) requests.push(portRequest(port, localPort));
  return requests.map((request) => ({
    ...request,
    ...(label && { label }),
    ...(requireLocalPort !== undefined && { localPort: requireLocalPort ? 'exact' : 'near' }),
  }));
}

function specsOf(host: string, spec: string | undefined): HostChoice['forwards'] {
  const typed = spec === undefined ? undefined : readTypedForwards(spec, host);
  switch (typed?.kind) {
    case undefined:
      return [];
    case 'specs':
      return typed.specs;
    case 'host':
      if (typed.host.name !== host)
        throw new ScriptError(`The spec is for ${typed.host.name}, and the host is ${host}.`);
      return typed.host.forwards;
    case 'problem': {
      const { what, next } = problemText(typed.problem);
      throw new ScriptError(`${JSON.stringify(spec)} is no forward. ${what} ${next}`);
    }
  }
}

function protection({ spec }: ForwardRequest, answer: 'open' | 'protect'): Pick<ForwardRequest, 'isProtected'> {
  return { isProtected: answer === 'protect' && (spec.kind === 'dynamic' || spec.kind === 'remoteDynamic') };
}
