import { type AppState, type ForwardState, type HostState, isActive } from '../core/session/state.ts';

const why = { code: 'engineStopped' } as const;

export function hostsInUse({ hosts }: AppState): readonly string[] {
  return hosts.filter(isActive).map(({ name }) => name);
}

/** The state after the engine has stopped: none of its connections and listeners is left. */
export function stoppedState(state: AppState, nowMs: number): AppState {
  const stopped = (host: HostState): HostState => ({
    ...host,
    ...(isActive(host) && { link: { kind: 'waiting', retryAt: nowMs, why }, detection: { kind: 'off' } }),
    forwards: host.forwards.map(stoppedForward),
  });
  return { ...state, hosts: state.hosts.map(stopped) };
}

function stoppedForward(forward: ForwardState): ForwardState {
  const { kind } = forward.status;
  return kind === 'open' || kind === 'opening' ? { ...forward, status: { kind: 'failed', why } } : forward;
}
