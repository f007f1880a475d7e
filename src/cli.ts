#!/usr/bin/env node
import v8 from 'node:v8';
import { after } from './base/delay.ts';
import { handleLast } from './base/firstBugs.ts';
import { UserError } from './base/userError.ts';
import { printConfig } from './core/config/effective/print.ts';
import { type ResolveOptions, resolveConfig } from './core/config/resolve.ts';
import { commandOverrides, parseCommand, type SshCommand } from './core/spec/command.ts';
import { problemOf } from './core/problem.ts';
import { forwardUntilEnd } from './cli/forwardUntilEnd.ts';
import { printError } from './cli/output.ts';
import { serveMcp } from './cli/serveMcp.ts';
import { reportBug } from './cli/reportBugs.ts';
import { problemLine, usage } from './cli/messages.ts';
import { passwordVariable, proxyCredentials, userVariable } from './cli/proxyCredentials.ts';
import { watch, type WatchRequest } from './cli/watch.ts';

/** The same core without an editor, with the flags, messages and exit statuses of ssh(1). */
async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  let isTerminated = false;
  process.once('SIGTERM', () => (isTerminated = true));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  // As with ssh(1), forwards go on when nobody reads stderr any more. A table or JSON that nobody reads ends the program.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', () => stop.abort());
  let isQuiet = false;
  try {
    // A host of that name is reached by `ssh-ports -- mcp`.
    if (args[0] === 'mcp') return await serveMcp(args.slice(1), stop.signal);
    const command = parseCommand(args.filter((arg) => !(arg in formats) && arg !== '--https'));
    const { host, mode } = command;
    const isHttps = args.includes('--https');
    isQuiet = command.verbosity < 0;
    if (host === undefined) return refuse(usage);
    if (command.isBackground)
      return refuse('ssh-ports does not support -f. Start it in the background with your shell.');
    if (mode === 'print') return await print(host, resolveOptions(command), stop.signal);
    const proxy = proxyCredentials(process.env);
    if (proxy === 'incomplete')
      return refuse(`Set both ${userVariable} and ${passwordVariable}, with 1 to 255 bytes each.`);
    if (mode === 'forward') {
      const forwards = { command, host, isHttps, ...(proxy && { credentials: proxy }) };
      const status = await forwardUntilEnd(forwards, resolveOptions(command), stop.signal);
      // ssh(1) treats only SIGTERM as a clean end.
      return stop.signal.aborted && !isTerminated ? 255 : status;
    }
    if (proxy) return refuse(`${userVariable} works only with -N. Add -N, or unset it.`);
    const format = formats[args.findLast((arg) => arg in formats) ?? ''] ?? 'table';
    return await watch({ command, host, format, isHttps }, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return 255; // aborted before a connection was up
    if (!(error instanceof UserError)) {
      reportBug(error);
      return 255;
    }
    const problem = problemOf(error);
    // ssh(1) -q still reports errors of the command line.
    return isQuiet && problem.code !== 'configSyntax' ? 255 : refuse(problemLine(problem));
  }
}

/** What watching prints. `--json=states` is what `--json` printed at first. It goes with the next release. */
const formats: Readonly<Record<string, WatchRequest['format']>> = { '--json': 'changes', '--json=states': 'states' };

async function print(host: string, options: ResolveOptions, signal: AbortSignal): Promise<number> {
  process.stdout.write(printConfig(await resolveConfig(host, options, signal)));
  return 0;
}

/** As with ssh(1), the user who types the command consents to the commands of the configuration. */
function resolveOptions(command: SshCommand): ResolveOptions {
  return {
    ...(command.configFile !== undefined && { userFile: command.configFile }),
    overrides: commandOverrides(command),
    allowCommand: () => true,
  };
}

function refuse(message: string): number {
  printError(message);
  return 255;
}

// V8 counts buffers when it decides whether to collect the whole heap. Beside a heap as small as ours, every few MiB of
// traffic would start a collection. With this flag the heap may grow to four times its used size first. Only versions
// that know the flag get it, because others print a warning.
if (Number(process.versions.node.split('.')[0]) <= 24) v8.setFlagsFromString('--heap-growing-percent=300');
handleLast(reportBug);
process.exitCode = 255; // until main says otherwise
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // A server that does not answer may still keep the process alive: do not wait for it.
  return after(500, () => process.exit()).unref();
});
