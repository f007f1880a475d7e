import { within } from '../base/delay.ts';
import { errorText } from '../base/userError.ts';
import { Scope } from '../base/scope.ts';
import { resolveHop, type ResolveOptions, resolveHost } from '../core/config/resolve.ts';
import type { SshCommand } from '../core/spec/command.ts';
import type { RelayProblem } from '../core/forward/connections.ts';
import type { Dial } from '../core/forward/dial.ts';
import { certificates } from '../core/front/certificates/certificates.ts';
import { browserChannels } from '../core/front/channelPool.ts';
import { Front } from '../core/front/front.ts';
import type { Endpoint } from '../core/spec/spec.ts';
import { openForward, withGatewayPorts } from '../core/forward/open.ts';
import type { Credentials } from '../core/forward/socks.ts';
import { problemOf } from '../core/problem.ts';
import type { ConnectionEnd } from '../core/ssh/connection.ts';
import { connectWith, sshArguments } from '../core/ssh/transport.ts';
import { connectionProblemLine, endLine, forwardFailureLines, httpsLine, readyLines } from './messages.ts';
import { runForNoDelay } from './noDelay.ts';
import { printError } from './output.ts';
import { reportBug } from './reportBugs.ts';
import { stderrLog } from './stderrLog.ts';
import { terminalPrompts } from './terminal.ts';

/** The user who ends the program does not wait longer than this for a server that does not answer. */
const closeTimeoutMs = 1500;

export interface CliForwards {
  readonly command: SshCommand;
  readonly host: string;
  /** Local forwards serve HTTPS too. */
  readonly isHttps: boolean;
  /** The user name and password that SOCKS proxies ask their clients for. */
  readonly credentials?: Credentials;
}

/** `ssh -N`: connects, and forwards until the signal or the end of the connection. Returns the exit status. */
export async function forwardUntilEnd(
  { command, host, isHttps, credentials }: CliForwards,
  options: ResolveOptions,
  signal: AbortSignal,
): Promise<number> {
  const print = command.verbosity < 0 ? () => undefined : printError;
  const log = stderrLog(command.verbosity);
  const config = await resolveHost(host, options, signal);
  const connection = await connectWith(
    'auto',
    config,
    {
      prompts: terminalPrompts(print),
      log,
      // A host that may not ask (BatchMode) is not asked about on its jump hosts either.
      resolveHop: async (hop, stop) => ({
        ...(await resolveHop(hop, options, stop)),
        ...(config.batchMode && { batchMode: true }),
      }),
      allowCommand: async () => true,
      args: sshArguments(options),
    },
    signal,
  );
  const scope = new Scope();
  scope.add(connection);
  // Forwards work without it.
  runForNoDelay(connection, config, signal).catch((error: unknown) => log.debug(`no command ran: ${errorText(error)}`));
  const { dial, listenRemote } = connection;
  const onProblem = (problem: RelayProblem): void => print(connectionProblemLine(problem));
  // ssh(1): -4 and -6 also choose the address family of the listeners.
  const family = config.addressFamily;
  const open = { rules: config, dial, listenRemote, family, onProblem, ...(credentials && { credentials }) };
  try {
    for (const asked of config.forwards) {
      const spec = withGatewayPorts(asked, config.gatewayPorts);
      try {
        const front = isHttps && spec.kind === 'local' && httpsFront(spec.to, dial);
        const opened = scope.add(await openForward(spec, { ...open, ...(front && { front }) }, signal));
        readyLines(spec, opened.bound).forEach(print);
        if (front) print(httpsLine(opened.bound, certificates.local().file));
      } catch (error) {
        signal.throwIfAborted();
        forwardFailureLines(spec, problemOf(error), config.exitOnForwardFailure).forEach(print);
        if (config.exitOnForwardFailure) return 255;
      }
    }
    const end = await Promise.race([connection.closed, aborted(signal)]);
    if (end === undefined) return 0;
    print(endLine(config, end));
    return 255;
  } finally {
    await within(closeTimeoutMs, scope.close()).catch((error: unknown) => {
      reportBug(error);
    });
  }
}

/** The program behind it is unknown, so it gets no more connections than a browser opens. */
function httpsFront(to: Endpoint, dial: Dial): Front {
  return new Front({
    open: (signal) => dial(to, signal),
    traits: () => ({ isTls: false, maxChannels: browserChannels }),
    credential: (subject) => certificates.credential(subject),
  });
}

function aborted(signal: AbortSignal): Promise<ConnectionEnd | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
