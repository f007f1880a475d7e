#!/usr/bin/env node
import v8 from 'node:v8';
import { UserError } from './base/userError.ts';
import { printConfig } from './core/config/effective/print.ts';
import { type ResolveOptions, resolveConfig } from './core/config/resolve.ts';
import { commandOverrides, parseCommand, type SshCommand } from './core/spec/command.ts';
import { problemOf } from './core/problem.ts';
import { forwardUntilEnd } from './cli/forwardUntilEnd.ts';
import { problemLine, usage } from './cli/messages.ts';
import { passwordVariable, proxyCredentials, userVariable } from './cli/proxyCredentials.ts';
import { watch } from './cli/watch.ts';

/** The same core without an editor, with the flags, messages and exit statuses of ssh(1). */
async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  let isTerminated = false;
  process.once('SIGTERM', () => (isTerminated = true));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  // Who reads the messages may leave, and the forwards go on, as with ssh(1). What prints for nobody ends.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', () => stop.abort());
  let isQuiet = false;
  try {
    const command = parseCommand(args.filter((arg) => arg !== '--json'));
    const { host, mode } = command;
    isQuiet = command.verbosity < 0;
    if (host === undefined) return refuse(usage);
    if (command.isBackground) return refuse('-f is not supported: start it in the background yourself.');
    if (mode === 'print') return await print(host, resolveOptions(command), stop.signal);
    const proxy = proxyCredentials(process.env);
    if (proxy === 'incomplete')
      return refuse(`${userVariable} and ${passwordVariable} go together, 1 to 255 bytes each.`);
    if (mode === 'forward') {
      const forwards = { command, host, ...(proxy && { credentials: proxy }) };
      const status = await forwardUntilEnd(forwards, resolveOptions(command), stop.signal);
      // To ssh(1) only SIGTERM is a good end.
      return stop.signal.aborted && !isTerminated ? 255 : status;
    }
    if (proxy) return refuse(`${userVariable} needs -N.`);
    return await watch({ command, host, isJson: args.includes('--json') }, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return 255; // before anything was up
    if (!(error instanceof UserError)) throw error;
    const problem = problemOf(error);
    // ssh(1) -q: only what is wrong with the command line is said all the same.
    return isQuiet && problem.code !== 'configSyntax' ? 255 : refuse(problemLine(problem));
  }
}

async function print(host: string, options: ResolveOptions, signal: AbortSignal): Promise<number> {
  process.stdout.write(printConfig(await resolveConfig(host, options, signal)));
  return 0;
}

/** Whoever types the command consents to what the configuration runs, as with ssh(1). */
function resolveOptions(command: SshCommand): ResolveOptions {
  return {
    ...(command.configFile !== undefined && { userFile: command.configFile }),
    overrides: commandOverrides(command),
    allowCommand: () => true,
  };
}

function refuse(message: string): number {
  process.stderr.write(`${message}\n`);
  return 255;
}

// V8 counts buffers too when it decides whether to look through the whole heap, and would do so for every few MiB that
// pass: beside a heap as small as ours they are many. It may grow to four times what is in use before that. A version
// that does not know the flag would complain.
if (Number(process.versions.node.split('.')[0]) <= 24) v8.setFlagsFromString('--heap-growing-percent=300');
process.exitCode = 255; // Until it is known better: whatever is thrown past this is a failure.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // Whatever still holds the process up (a server that does not answer) is not worth waiting for.
  return setTimeout(() => process.exit(), 500).unref();
});
