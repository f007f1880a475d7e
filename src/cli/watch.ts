import { within } from '../base/delay.ts';
import { mount, type Readable, Store } from '../base/store.ts';
import { UserError } from '../base/userError.ts';
import { commandOverrides, type SshCommand } from '../core/spec/command.ts';
import { shortMemory } from '../core/session/memory/memory.ts';
import { Sessions } from '../core/session/sessions.ts';
import { defaultSettings, type Settings } from '../core/session/settings.ts';
import { type AppState, findHost, type HostState, newHost } from '../core/session/state.ts';
import { hostChangeJson, hostJson } from '../view/hostJson.ts';
import { portTable } from '../view/portTable.ts';
import { problemLine } from './messages.ts';
import { printError, printJson, printTable } from './output.ts';
import { reportBug } from './reportBugs.ts';
import { stderrLog } from './stderrLog.ts';
import { terminalPrompts } from './terminal.ts';

/** The host to watch, and the output format. */
export interface WatchRequest {
  readonly command: SshCommand;
  readonly host: string;
  /** `changes`: JSON lines, first the whole host, then its changes. `states`: JSON lines, each with the whole host. */
  readonly format: 'table' | 'changes' | 'states';
  /** What is forwarded serves HTTPS too. */
  readonly isHttps: boolean;
}

const closeTimeoutMs = 1500;

/** Watches a host, forwards its dev servers automatically, and prints its ports whenever they change. */
export async function watch({ command, host, format, isHttps }: WatchRequest, signal: AbortSignal): Promise<number> {
  const print = command.verbosity < 0 ? () => undefined : printError;
  const sessions = new Sessions({
    settings: new Store(settings(command, isHttps)),
    prompts: terminalPrompts(print),
    allowCommand: async () => true, // as with ssh(1), the user who types the command consents
    onAutoForward: () => undefined,
    memory: shortMemory(),
    log: stderrLog(command.verbosity),
  });
  const name = host.includes(':') && !host.startsWith('ssh://') ? `[${host}]` : host;
  sessions.useOptions(name, commandOverrides(command));
  const ended = new Promise<number>((resolve) => {
    signal.addEventListener('abort', () => resolve(0), { once: true });
    const now = (state: AppState): HostState => findHost(state, name) ?? newHost(name, { kind: 'typed' });
    if (format === 'table') mount(sessions.state, (state) => portTable(now(state)), printTable);
    else printLines(sessions.state, now, format);
    mount(
      sessions.state,
      (state) => now(state).link,
      (link) => {
        if (link.kind !== 'failed') return;
        printError(problemLine(link.why));
        resolve(255);
      },
    );
  });
  sessions.connect(name, signal).catch((error: unknown) => {
    // A problem that a person can act on is in the state. Any other error is a bug, and must be visible.
    if (!(error instanceof UserError) && !signal.aborted) reportBug(error);
  });
  const code = await ended;
  await within(closeTimeoutMs, sessions.close());
  return code;
}

/** One line for each change, with the milliseconds of a monotonic clock. */
function printLines(
  state: Readable<AppState>,
  hostIn: (state: AppState) => HostState,
  format: 'changes' | 'states',
): void {
  let printed = hostIn(state.get());
  const print = (line: object): void => printJson({ monotonicMs: Math.round(performance.now()), ...line });
  print(hostJson(printed));
  state.watch((app) => {
    const host = hostIn(app);
    if (host === printed) return;
    const change = hostChangeJson(printed, host);
    printed = host;
    if (change) print(format === 'changes' ? change : hostJson(host));
  });
}

/** A person at a terminal wants to see all ports. A forward of the command line does not expire. */
function settings({ configFile }: SshCommand, serveHttps: boolean): Settings {
  const portRules = { ...defaultSettings.portRules, others: { serveHttps } };
  const own = { ...defaultSettings, portRules, forwardExisting: true, expireSharedAfterMs: 0 };
  return configFile === undefined ? own : { ...own, configFile };
}
