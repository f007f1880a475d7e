import type { Log } from '../base/log.ts';
import type { Readable } from '../base/store.ts';
import type { Credentials } from '../core/forward/socks.ts';
import type { PortPlace } from '../core/detect/place.ts';
import type { PortAttributes } from '../core/policy/portRules.ts';
import type { AgentQuestion, HostKeyQuestion, Prompts, SecretQuestion } from '../core/ssh/prompts.ts';
import type { Change } from './change.ts';
import type { MemoryEntries } from './mirroredMemory.ts';
import type { Browser } from '../core/session/browser/findBrowsers.ts';
import type { BrowserRun } from '../core/session/browser/runBrowser.ts';
import type { TrustPlan } from '../core/front/certificates/trust.ts';
import type { ForwardRequest } from '../core/session/forwards/forwardRequests.ts';
import type { Settings } from '../core/session/settings.ts';
import type { AppState, ForwardState } from '../core/session/state.ts';

/**
 * The calls of the editor to the engine, which is all of core. This interface is the protocol: arguments and results are
 * plain data (they survive `structuredClone`), failures are `UserError`s, and an `AbortSignal` is the last parameter. A new
 * call is one line here and one in `localEngine.ts`.
 */
export interface EngineCalls {
  /** Reads the SSH configuration again. Resolves to the files and folders to watch. */
  refreshHosts(signal: AbortSignal): Promise<WatchedPlaces>;
  /** Adds options, as for ssh(1) -o, to a host's configuration from its next connection on. */
  useOptions(host: string, options: readonly string[]): Promise<void>;
  optionsOf(host: string): Promise<readonly string[]>;
  connect(host: string, signal: AbortSignal): Promise<void>;
  disconnect(host: string): Promise<void>;
  /**
   * Connects to hosts that the window had before its reload, and opens their forwards. `attended`: a person waits, so hosts
   * may ask.
   */
  restore(hosts: 'left' | readonly string[], attended: 'attended' | 'background', signal: AbortSignal): Promise<void>;
  forgetLeft(): Promise<void>;
  /** One round trip, in milliseconds; undefined while the host is away. */
  ping(host: string, signal: AbortSignal): Promise<number | undefined>;
  /** Lists remote ports now, and ends the pauses before reconnects. */
  refresh(): Promise<void>;
  setForwarding(isForwarding: boolean): Promise<void>;
  setFocused(isFocused: boolean): Promise<void>;
  /** Asks the program at a remote port what it is. */
  askProgram(host: string, port: PortPlace): Promise<void>;

  /** Connects first if need be. Settles when the forward accepts connections. */
  forward(host: string, request: ForwardRequest, signal: AbortSignal): Promise<ForwardState>;
  /** Forwards a remote port, to the same local port if that is free. */
  forwardPort(host: string, port: PortPlace, signal: AbortSignal): Promise<ForwardState>;
  /** For the user, who no longer wants the forward: its remote port is not auto-forwarded again. */
  stopForward(host: string, id: string): Promise<void>;
  /** For a forward that has served its purpose: its remote port may be auto-forwarded again. */
  removeForward(host: string, id: string): Promise<void>;
  pauseForward(host: string, id: string): Promise<void>;
  resumeForward(host: string, id: string, signal: AbortSignal): Promise<void>;
  moveForward(host: string, id: string, localPort: number, signal: AbortSignal): Promise<void>;
  shareForward(host: string, id: string, isWanted: boolean, signal: AbortSignal): Promise<void>;
  protectForward(host: string, id: string, isProtected: boolean, signal: AbortSignal): Promise<void>;
  /** Serves HTTPS before the server behind a local forward, or no longer. */
  serveHttps(host: string, id: string, isWanted: boolean, signal: AbortSignal): Promise<void>;
  /** What trusting the authority of local certificates would change. Makes the authority if there is none. */
  trustPlan(): Promise<TrustPlan>;
  trustAuthority(): Promise<void>;
  distrustAuthority(): Promise<void>;
  extendSharing(host: string, id: string): Promise<void>;
  labelForward(host: string, id: string, label: string | undefined): Promise<void>;
  /** Makes one connection through a local forward and closes it. The state has the result. */
  checkForward(forward: ForwardState, signal: AbortSignal): Promise<void>;

  /** The browsers of this machine that can start with a profile of their own. */
  findBrowsers(): Promise<readonly Browser[]>;
  /** Runs a browser through a SOCKS proxy until it ends. Resolves to its exit code; undefined when a signal ended it. */
  runBrowser(run: BrowserRun, signal: AbortSignal): Promise<number | undefined>;

  /** The user's configuration file: the setting's, else `~/.ssh/config`. */
  userConfigFile(): Promise<string>;
  /** The file that a forward of this configured host is saved in. */
  configFileOf(host: string): Promise<string>;
  /** Reads a pasted `ssh` command or a typed destination. @throws UserError when no Host block can express it */
  proposeHost(text: string): Promise<ProposedHost>;
  /** @throws UserError when the new host cannot have this name */
  checkAlias(text: string, alias: string): Promise<void>;
  /** Writes the text as a Host block of the user's configuration file, and lists the hosts again. */
  addHost(text: string, alias: string, signal: AbortSignal): Promise<void>;
  /** Adds a forward to the Host block of a configured host, with its present local port. */
  saveForward(alias: string, forward: ForwardState, signal: AbortSignal): Promise<SavedInConfig>;
}

/** The engine as the editor sees it. */
export interface Engine extends EngineCalls {
  /** The latest state. It is never older than the answer to a call. */
  readonly state: Readable<AppState>;
  /** Ends every listener, connection and child process, within two seconds. */
  close(): Promise<void>;
}

export interface WatchedPlaces {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface ProposedHost {
  /** As the user typed it. */
  readonly host: string;
  /** A short free name for it. */
  readonly alias: string;
}

export interface SavedInConfig {
  /** The configuration had the forward already. */
  readonly wasThere: boolean;
  /** The 1-based line of the forward. Absent if the forward is in a Match block or another file. */
  readonly line?: number;
}

/** The calls of the engine to the editor: questions for a person, storage, and news to show. */
export interface EditorCalls {
  stateChanged(change: Change): Promise<void>;
  log(level: keyof Log, message: string): Promise<void>;
  hostKey(question: HostKeyQuestion, signal: AbortSignal): ReturnType<Prompts['hostKey']>;
  secret(question: SecretQuestion, signal: AbortSignal): Promise<string | undefined>;
  /** Resolves to the remembered answer, and asks nobody. */
  recall(question: SecretQuestion): Promise<string | undefined>;
  addToAgent(question: AgentQuestion, signal: AbortSignal): Promise<boolean>;
  notice(host: string, text: string): Promise<void>;
  /** Whether a command of the SSH configuration may run. */
  allowCommand(command: string, attended: 'attended' | 'background'): Promise<boolean>;
  proxyPassword(host: string): Promise<Credentials | undefined>;
  autoForwarded(host: string, forward: ForwardState, attributes: PortAttributes): Promise<void>;
  remember(memory: MemoryName, key: string, value: unknown): Promise<void>;
}

/** The calls of the editor to an engine in another thread: the user's, and those that keep the thread up to date. */
export interface ThreadCalls extends EngineCalls {
  useSettings(settings: Settings): Promise<void>;
  takeMemory(memory: MemoryName, entries: MemoryEntries): Promise<void>;
  close(): Promise<void>;
}

/** The start data of an engine in another thread. */
export interface ThreadStart {
  readonly settings: Settings;
  readonly memories: Readonly<Record<MemoryName, MemoryEntries>>;
}

/** `shared`: the memory of all windows. `window`: the memory of this one. */
export type MemoryName = 'shared' | 'window';
