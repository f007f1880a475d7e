import * as vscode from 'vscode';
import type { Forward, ForwardOptions, HeldForward, Host, SshPortsApi, SshPortsExports } from '../../api.d.ts';
import { abortable } from '../base/delay.ts';
import { mount } from '../base/store.ts';
import { type AppState, findHost } from '../core/session/state.ts';
import { exportedHost } from '../view/exported.ts';
import { readArguments, ScriptError } from '../view/script/readArguments.ts';
import type { Context } from './context.ts';
import { forwardGiven } from './flows/forwardGiven.ts';
import { guardScript } from './guard.ts';
import { signalOf } from './signalOf.ts';

/** The exports of `activate` for other extensions. CAUTION: `api.d.ts` promises them. */
export function exportApi(context: Context, subscriptions: vscode.Disposable[]): SshPortsExports {
  let api: SshPortsApi | undefined;
  return {
    getApi: (version: number) => {
      if (version !== 1) throw new Error(`SSH Ports has version 1 of its API, not ${version}.`);
      return (api ??= firstApi(context, subscriptions));
    },
  };
}

function firstApi(context: Context, subscriptions: vscode.Disposable[]): SshPortsApi {
  const { engine, log } = context;
  const getHosts = (): readonly Host[] => hostsOf(engine.state.get());
  const changed = new vscode.EventEmitter<void>();
  let isFirst = true;
  const stop = mount(engine.state, hostsOf, () => {
    if (!isFirst) changed.fire();
    isFirst = false;
  });
  const closing = new AbortController();
  subscriptions.push(changed, { dispose: stop }, { dispose: () => closing.abort(new vscode.CancellationError()) });
  const settle = async <T>(job: Promise<T | undefined>, signal: AbortSignal): Promise<T> => {
    const result = await abortable(job, signal);
    if (result === undefined) throw new vscode.CancellationError();
    return result;
  };
  return {
    version: 1,
    getHosts,
    onDidChange: changed.event,
    connect: (host, token) =>
      settle(
        guardScript(log, () => connect(context, host)),
        signalOf(token),
      ),
    disconnect: (host) => guardScript(log, () => engine.disconnect(host)),
    forward: (wanted, token) => {
      const signal = signalOf(token);
      const made = guardScript(log, () => hold(context, wanted));
      // RACE: the forward may open after its extension has cancelled. Nobody would stop it.
      void made.then((held) => signal.aborted && held?.dispose()).catch(() => undefined);
      return settle(made, signal);
    },
    stop: ({ host, id }) => guardScript(log, () => engine.stopForward(host, id)),
    waitUntilForwarded: ({ host, port }, token) => {
      const isWanted = (each: Forward): boolean =>
        each.remotePort === port &&
        each.container === undefined &&
        (host === undefined || each.host === host) &&
        isAnswering(each);
      const signal = AbortSignal.any([signalOf(token), closing.signal]);
      return firstOf(
        changed.event,
        () =>
          getHosts()
            .flatMap(({ forwards }) => forwards)
            .find(isWanted),
        signal,
      );
    },
  };
}

function hostsOf({ hosts }: AppState): readonly Host[] {
  return hosts.map(exportedHost);
}

function isAnswering({ status }: Forward): boolean {
  return status === 'open' || status === 'elsewhere';
}

async function connect(context: Context, host: string): Promise<Host | undefined> {
  const { host: name } = await forwardGiven(context, readArguments('connect', { host }));
  const state = findHost(context.engine.state.get(), name);
  return state && exportedHost(state);
}

async function hold(context: Context, wanted: ForwardOptions): Promise<HeldForward> {
  const { engine } = context;
  const given = readArguments('forwardPort', { ...wanted });
  if (given.host === undefined) throw new ScriptError('The host is missing.');
  const { host, forwards, made } = await forwardGiven(context, given);
  // It fails only when the engine has stopped, and its forwards with it.
  const stop = (id: string): void => void engine.stopForward(host, id).catch(() => undefined);
  const [forward, ...others] = forwards;
  if (!forward || others.length > 0) {
    made.forEach(stop);
    throw new ScriptError(`One call makes one forward. This one names ${forwards.length}.`);
  }
  const { id } = forward;
  const data = hostsOf(engine.state.get())
    .find(({ name }) => name === host)
    ?.forwards.find((each) => each.id === id);
  if (!data) throw new ScriptError('The forward was stopped at once.');
  return { ...data, dispose: () => made.has(id) && stop(id) };
}

/** Resolves to the first value that `find` returns, now or after a change. */
function firstOf<T>(changed: vscode.Event<void>, find: () => T | undefined, signal: AbortSignal): Promise<T> {
  const found = new Promise<T>((resolve) => {
    const look = (): void => {
      const value = find();
      if (value === undefined) return;
      listening.dispose();
      resolve(value);
    };
    const listening = changed(look);
    signal.addEventListener('abort', () => listening.dispose(), { once: true });
    look();
  });
  return abortable(found, signal);
}
