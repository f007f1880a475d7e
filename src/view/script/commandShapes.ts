/** What an argument of a command may be. `port`: 1 to 65535. `anyText`: also an empty text. A list: one of these words. */
export type ArgumentType = 'text' | 'anyText' | 'port' | 'switch' | readonly string[];

/** Every argument that a command can take, with one meaning for all commands. */
export const argumentTypes = {
  /** As after `ssh`, or a whole `ssh` command. */
  host: 'text',
  /** Of the remote. */
  port: 'port',
  localPort: 'port',
  /** The id of a forward within its host. */
  id: 'text',
  /** What the box of Forward Port takes. */
  spec: 'text',
  /** An empty one removes the label. */
  label: 'anyText',
  /** The named local port, or an error. */
  requireLocalPort: 'switch',
  newLocalPort: 'port',
  on: 'switch',
  /** Gives this one value as text, for `${input:…}`, which takes nothing else. */
  result: ['url', 'localAddress', 'localPort'],
} as const satisfies Readonly<Record<string, ArgumentType>>;

export type ArgumentName = keyof typeof argumentTypes;

/** The arguments of a command, read. */
export interface Given {
  readonly host?: string;
  readonly port?: number;
  readonly localPort?: number;
  readonly id?: string;
  readonly spec?: string;
  readonly label?: string;
  readonly requireLocalPort?: boolean;
  readonly newLocalPort?: number;
  readonly on?: boolean;
  readonly result?: 'url' | 'localAddress' | 'localPort';
}

/** What a command takes from scripts, and what it gives back. */
export interface CommandShape {
  /** What it acts on. Scripts name it; without a name the user is asked, as from the Command Palette. */
  readonly on: 'nothing' | 'host' | 'knownHost' | 'remotePort' | 'forward' | 'forwards';
  readonly takes: readonly ArgumentName[];
  /** The argument that a bare text or number means. */
  readonly short?: readonly ArgumentName[];
  readonly gives: 'nothing' | 'a host' | 'the forward' | 'a text' | 'true or false';
}

const oneForward = {
  on: 'forward',
  takes: ['host', 'port', 'localPort', 'id', 'result'],
  gives: 'the forward',
} as const;
const forwards = { ...oneForward, on: 'forwards' } as const;
const copied = { on: 'forward', takes: ['host', 'port', 'localPort', 'id'], gives: 'a text' } as const;
const alone = { on: 'nothing', takes: [], gives: 'nothing' } as const;
const host = { on: 'host', takes: ['host'], short: ['host'] } as const;
const knownHost = { ...host, on: 'knownHost', gives: 'nothing' } as const;
const remotePort = { on: 'remotePort', takes: ['host', 'port'], short: ['port'], gives: 'nothing' } as const;

/** Every command of the manifest. The README's table and the tests follow from this one. */
export const commandShapes = {
  forwardPort: {
    on: 'host',
    takes: ['host', 'port', 'localPort', 'requireLocalPort', 'spec', 'label', 'result'],
    short: ['port', 'spec'],
    gives: 'the forward',
  },
  forwardListener: { ...remotePort, takes: ['host', 'port', 'result'], gives: 'the forward' },
  connect: { ...host, gives: 'a host' },
  disconnect: knownHost,
  openConfig: knownHost,
  browseThrough: { ...host, gives: 'a host' },
  addHost: { ...host, gives: 'a text' },
  askProgram: remotePort,
  attachDebugger: { ...remotePort, gives: 'the forward' },
  openInBrowser: oneForward,
  openPreview: oneForward,
  debugInBrowser: oneForward,
  showPath: oneForward,
  saveForward: oneForward,
  shareForward: oneForward,
  unshareForward: oneForward,
  extendSharing: oneForward,
  protectProxy: oneForward,
  pauseForward: forwards,
  resumeForward: forwards,
  serveHttps: forwards,
  stopHttps: forwards,
  changeLocalPort: { ...oneForward, takes: [...oneForward.takes, 'newLocalPort'] },
  setLabel: { ...oneForward, takes: [...oneForward.takes, 'label'] },
  stopForward: { on: 'forwards', takes: ['host', 'port', 'localPort', 'id'], gives: 'nothing' },
  copyAddress: { ...copied, on: 'forwards' },
  pickLocalAddress: copied,
  copyNetworkAddress: copied,
  copyCommand: copied,
  toggleForwarding: { on: 'nothing', takes: ['on'], short: ['on'], gives: 'true or false' },
  stopAll: alone,
  reconnect: alone,
  refresh: alone,
  showForwards: alone,
  showForwardedPorts: alone,
  showAllPorts: alone,
  getStarted: alone,
  showLog: alone,
  diagnose: alone,
  forgetCommands: alone,
  forgetSecrets: alone,
  trustCertificates: alone,
  distrustCertificates: alone,
} as const satisfies Readonly<Record<string, CommandShape>>;

export type CommandName = keyof typeof commandShapes;
