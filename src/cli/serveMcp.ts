import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { within } from '../base/delay.ts';
import { Store } from '../base/store.ts';
import { shortMemory } from '../core/session/memory/memory.ts';
import { defaultSettings } from '../core/session/settings.ts';
import { localEngine } from '../engine/localEngine.ts';
import { callTool, type Consent } from '../agents/callTool.ts';
import { type AgentTool, inputSchema } from '../agents/tool.ts';
import { tools } from '../agents/tools.ts';
import type { serve, ServeOptions } from '../mcp/serve.ts';
import { printError } from './output.ts';
import { reportBug } from './reportBugs.ts';
import { stderrLog } from './stderrLog.ts';
import { terminalPrompts } from './terminal.ts';

const mcpUsage = `usage: ssh-ports mcp [-F configfile] [--allow host]... [-v]

Serves tools for agents over stdin and stdout (Model Context Protocol): list SSH hosts and their ports, forward a port, stop,
and find out why a port does not answer. The client of the server asks you before anything changes. --allow lets it connect
to a host, forward its ports and stop forwards without a question; --allow '*' does for all hosts.`;

interface McpArguments {
  readonly configFile?: string;
  readonly allowed: readonly string[];
  readonly verbosity: number;
}

const closeTimeoutMs = 1500;

/** `ssh-ports mcp`. Returns the exit status. */
export async function serveMcp(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readMcpArguments(args);
  if (!read) {
    printError(mcpUsage);
    return 255;
  }
  const { allowed, configFile, verbosity } = read;
  // SECURITY: only forwards that an agent asks for open: no dev servers, and no forwards of the configuration, such as -R.
  const settings = { ...defaultSettings, autoForward: 'off', startConfigForwards: false } as const;
  const engine = localEngine({
    settings: new Store(configFile === undefined ? settings : { ...settings, configFile }),
    // The agent owns the terminal, so only the program of SSH_ASKPASS may ask.
    prompts: terminalPrompts(printError, 'askpass'),
    allowCommand: async () => true, // as with ssh(1): the commands are in the user's own configuration
    onAutoForward: () => undefined,
    memory: shortMemory(),
    log: stderrLog(verbosity),
  });
  try {
    await engine.refreshHosts(signal);
    const isAllowed = (host: string): boolean => allowed.includes(host) || allowed.includes('*');
    const server = await loadServer();
    await server.serve(
      {
        version: version(),
        tools: tools.map(listed),
        call: async (tool, ask, stop) => {
          const consent: Consent = async (question, ...rest) =>
            isAllowed(question.host) ? 'yes' : ask(question, ...rest);
          return callTool(engine, consent, tool, stop).catch((error: unknown) => {
            if (!stop.aborted) reportBug(error);
            return { text: 'It failed unexpectedly. The server has written why to stderr.', isFailure: true };
          });
        },
      },
      signal,
    );
  } finally {
    await within(closeTimeoutMs, engine.close());
  }
  return 0;
}

function listed(tool: AgentTool): ServeOptions['tools'][number] {
  const { name, title, description, isReadOnly } = tool;
  const { required, ...schema } = inputSchema(tool);
  const annotations = { title, readOnlyHint: isReadOnly, destructiveHint: false, openWorldHint: true };
  return { name, title, description, inputSchema: { ...schema, required: [...required] }, annotations };
}

/** Undefined for invalid arguments. */
function readMcpArguments(args: readonly string[]): McpArguments | undefined {
  const rest = [...args];
  let read: McpArguments = { allowed: [], verbosity: 0 };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (/^-v+$/u.test(word)) {
      read = { ...read, verbosity: read.verbosity + word.length - 1 };
      continue;
    }
    const value = rest.shift();
    if (value === undefined) return undefined;
    if (word === '-F') read = { ...read, configFile: value };
    else if (word === '--allow') read = { ...read, allowed: [...read.allowed, value] };
    else return undefined;
  }
  return read;
}

/** The MCP server is a separate bundle, so that no other command of the program loads it. */
async function loadServer(): Promise<{ readonly serve: typeof serve }> {
  const file = isBundled() ? path.join(__dirname, 'mcp.cjs') : beside('../mcp/serve.ts');
  return (await import(pathToFileURL(file).href)) as { readonly serve: typeof serve };
}

/** The version for the client's list of servers; `unknown` for a copy of the program outside of its package. */
function version(): string {
  const file = isBundled() ? path.join(__dirname, '..', 'package.json') : beside('../../package.json');
  if (!fs.existsSync(file)) return 'unknown';
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

function isBundled(): boolean {
  return typeof __dirname === 'string';
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
