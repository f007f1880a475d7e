import { never } from '../../src/base/delay.ts';
import { silentLog } from '../../src/base/log.ts';
import { Store } from '../../src/base/store.ts';
import type { PortPlace } from '../../src/core/detect/place.ts';
import { shortMemory } from '../../src/core/session/memory/memory.ts';
import { Sessions } from '../../src/core/session/sessions.ts';
import type { SessionsOptions } from '../../src/core/session/sessionsOptions.ts';
import { defaultSettings, type Settings } from '../../src/core/session/settings.ts';
import { findHost, type ForwardState, type HostState, localPort } from '../../src/core/session/state.ts';

/** The whole core over one ssh_config, with nobody there to answer questions, and what it announced. */
export interface TestSessions {
  readonly sessions: Sessions;
  readonly settings: Store<Settings>;
  /** Ports that were forwarded by themselves, in order. */
  readonly announced: PortPlace[];
  host(name?: string): HostState;
  forwardOf(remotePort: PortPlace, name?: string): ForwardState | undefined;
  /** The body of the page at a forward, or undefined while nothing answers there. */
  page(remotePort: PortPlace, name?: string): Promise<string | undefined>;
}

export async function startSessions(
  configFile: string,
  changes: Partial<Settings> = {},
  options: Partial<SessionsOptions> = {},
): Promise<TestSessions> {
  const settings = new Store<Settings>({ ...defaultSettings, configFile, ...changes });
  const announced: PortPlace[] = [];
  const sessions = new Sessions({
    settings,
    prompts: {
      hostKey: async () => 'refuse',
      secret: async () => undefined,
      addToAgent: async () => false,
      notice: () => undefined,
    },
    allowCommand: async () => false,
    memory: shortMemory(),
    onAutoForward: (_, { remotePort }) => announced.push(remotePort ?? 0),
    log: silentLog,
    ...options,
  });
  await sessions.refreshHosts(never);
  const host = (name = 'devbox'): HostState => {
    const state = findHost(sessions.state.get(), name);
    if (!state) throw new Error(`${name} is not listed`);
    return state;
  };
  const forwardOf = (remotePort: PortPlace, name?: string): ForwardState | undefined =>
    host(name).forwards.find((forward) => forward.remotePort === remotePort);
  return {
    sessions,
    settings,
    announced,
    host,
    forwardOf,
    page: async (remotePort, name) => {
      const forward = forwardOf(remotePort, name);
      const port = forward && localPort(forward);
      return port === undefined ? undefined : read(port);
    },
  };
}

/** The body of the page at a port of this machine, or undefined when nothing answers. */
export async function read(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://localhost:${port}/`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(10_000),
    });
    return await response.text();
  } catch {
    return undefined;
  }
}
