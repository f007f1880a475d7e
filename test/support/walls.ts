/** A folder of `src/` (or a file directly in it), and what its files may import besides each other. */
export interface Room {
  readonly name: string;
  /** Why the wall stands: what the linter says to whoever runs into it. */
  readonly why: string;
  readonly mayImport: readonly string[];
  /** Rooms of which it may import types alone. */
  readonly mayImportTypes?: readonly string[];
  /** Files of those rooms that it may import whole: what they do is cheap, and does nothing to the machine. */
  readonly mayImportFiles?: readonly string[];
  /** Packages of npm, or 'vscode', and the folder of the room that alone may import each: '' for all of it. */
  readonly packages?: Readonly<Record<string, string>>;
  /** No `node:`, not even through what it imports. */
  readonly isPure?: true;
}

const core = [
  'core/config',
  'core/spec',
  'core/listing',
  'core/ssh',
  'core/detect',
  'core/forward',
  'core/front',
  'core/policy',
  'core/session',
];

/** Who may import whom. `npm run walls` writes the walls of `.oxlintrc.json` from this table. */
export const rooms: readonly Room[] = [
  { name: 'base', why: 'base knows nothing of what is built on it.', mayImport: [] },
  { name: 'core/spec', why: 'core/spec is the grammar of forwards, and nothing else.', mayImport: ['base'] },
  {
    name: 'core/listing',
    why: 'core/listing reads what tools print about sockets, and nothing else.',
    mayImport: ['base', 'core/spec'],
  },
  {
    name: 'core/config',
    why: 'core/config reads ssh_config; of core it knows the grammar of forwards alone.',
    mayImport: ['base', 'core/spec'],
    packages: { 'ssh-config': 'editing' },
  },
  {
    name: 'core/detect',
    why: 'core/detect needs an Exec, and nothing else of core but the listings and the grammar.',
    mayImport: ['base', 'core/spec', 'core/listing'],
  },
  {
    name: 'core/forward',
    why: 'core/forward needs a Dial, and nothing else of core but the listings and the grammar.',
    mayImport: ['base', 'core/spec', 'core/listing'],
    mayImportTypes: ['core/front'],
  },
  {
    name: 'core/front',
    why: 'core/front serves HTTPS in front of a channel, and knows nothing of forwards.',
    mayImport: ['base', 'core/spec'],
    packages: { '@peculiar/asn1-schema': 'certificates', '@peculiar/asn1-x509': 'certificates' },
  },
  {
    name: 'core/policy',
    why: 'core/policy decides from plain data.',
    mayImport: ['base', 'core/spec'],
    mayImportTypes: ['core/detect', 'core/forward'],
    isPure: true,
  },
  {
    name: 'core/ssh',
    why: 'core/ssh makes connections; it knows no state and no policy.',
    mayImport: ['base', 'core/config', 'core/spec'],
    mayImportTypes: ['core/detect', 'core/forward'],
    packages: { ssh2: 'builtin', '@noble/post-quantum': 'builtin', 'bcrypt-pbkdf': 'keys' },
  },
  {
    name: 'core/problem.ts',
    why: 'core/problem.ts gathers the problems of the other rooms.',
    mayImport: ['base'],
    mayImportTypes: core,
  },
  {
    name: 'core/session',
    why: 'core/session knows nothing of what shows its state.',
    mayImport: ['base', 'core/problem.ts', ...core],
  },
  {
    name: 'view',
    why: 'view is pure: state in, rows and words out.',
    mayImport: ['base', 'core/problem.ts', ...core],
    isPure: true,
  },
  {
    name: 'engine',
    why: 'engine is how the editor reaches core; it knows no editor.',
    mayImport: ['base', 'core/problem.ts', ...core],
  },
  {
    name: 'agents',
    why: 'agents is one list of tools, for the editor and for the MCP server; it knows neither.',
    mayImport: ['base', 'view', 'core/problem.ts', 'core/spec'],
    mayImportTypes: ['engine', ...core],
    mayImportFiles: ['core/session/forwards/forwardRequests.ts', 'core/session/state.ts'],
  },
  {
    name: 'mcp',
    why: 'mcp speaks the protocol, in a bundle of its own; the program that starts it brings the tools.',
    mayImport: [],
    mayImportTypes: ['agents'],
    packages: { '@modelcontextprotocol/sdk': '' },
  },
  { name: 'webview', why: 'Scripts in views draw what they are sent.', mayImport: ['view'], isPure: true },
  {
    name: 'ui',
    why: 'Only src/ui and src/extension.ts know VS Code. What core does, ui asks the engine for (src/engine/engine.ts).',
    mayImport: ['base', 'view', 'agents', 'core/problem.ts', 'core/spec', 'core/policy'],
    mayImportTypes: ['engine', ...core],
    mayImportFiles: [
      'core/config/typed.ts',
      'core/detect/identify/frameworks.ts',
      'core/session/forwards/forwardCommand.ts',
      'core/session/forwards/forwardRequests.ts',
      'core/session/forwards/localPort.ts',
      'core/session/forwards/oneUse.ts',
      'core/session/state.ts',
      'core/ssh/prompts.ts',
    ],
    packages: { vscode: '' },
  },
  {
    name: 'extension.ts',
    why: 'extension.ts puts the parts together. What core does, it asks the engine for.',
    mayImport: ['base', 'view', 'ui', 'engine'],
    mayImportTypes: core,
    packages: { vscode: '' },
  },
  {
    name: 'cli',
    why: 'The command line has no editor.',
    mayImport: ['base', 'view', 'agents', 'engine', 'core/problem.ts', ...core],
    mayImportTypes: ['mcp'],
  },
  {
    name: 'cli.ts',
    why: 'The command line has no editor.',
    mayImport: ['base', 'view', 'cli', 'core/problem.ts', ...core],
  },
];
