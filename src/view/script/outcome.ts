import type { Forward, Host } from '../../../api.d.ts';
import { type AppState, findHost } from '../../core/session/state.ts';
import { exportedForward, exportedHost } from '../exported.ts';
import type { Given } from './commandShapes.ts';
import { ScriptError } from './readArguments.ts';

/** What a command did. Its script gets the data of now. */
export type Outcome =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'forwards'; readonly forwards: readonly ForwardName[] }
  | { readonly kind: 'value'; readonly value: string | boolean };

interface ForwardName {
  readonly host: string;
  readonly id: string;
}

/** The outcome of a command that acted on forwards. */
export function actedOn(
  ...chosen: readonly { readonly host: { readonly name: string }; readonly forward: { readonly id: string } }[]
): Outcome {
  return { kind: 'forwards', forwards: chosen.map(({ host, forward }) => ({ host: host.name, id: forward.id })) };
}

/**
 * What a command gives to its script: one forward, or a list where it acted on several.
 *
 * @throws ScriptError when the script wants one value, and the forward lacks it
 */
export function answer(
  state: AppState,
  outcome: Outcome | undefined,
  { result }: Pick<Given, 'result'>,
): Host | Forward | readonly Forward[] | string | boolean | undefined {
  switch (outcome?.kind) {
    case undefined:
      return undefined;
    case 'value':
      return outcome.value;
    case 'host': {
      const host = findHost(state, outcome.host);
      return host && exportedHost(host);
    }
    case 'forwards': {
      const forwards = outcome.forwards.flatMap((each) => forwardOf(state, each) ?? []);
      if (result !== undefined) return oneValue(forwards, result);
      return forwards.length > 1 ? forwards : forwards[0];
    }
  }
}

function forwardOf(state: AppState, { host: name, id }: ForwardName): Forward | undefined {
  const host = findHost(state, name);
  const forward = host?.forwards.find((each) => each.id === id);
  return host && forward && exportedForward(host, forward);
}

function oneValue(forwards: readonly Forward[], result: NonNullable<Given['result']>): string | undefined {
  const [forward, ...others] = forwards;
  if (!forward) return undefined;
  const value = others.length === 0 ? forward[result] : undefined;
  if (value === undefined)
    throw new ScriptError(
      others.length > 0 ? `${forwards.length} forwards have no single ${result}.` : `The forward has no ${result}.`,
    );
  return String(value);
}
