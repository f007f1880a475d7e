import { abortable, after } from '../../../base/delay.ts';
import { oneLine } from '../../../base/oneLine.ts';
import { UserError } from '../../../base/userError.ts';
import type { Exec, ExecChannel } from '../../detect/exec.ts';
import type { Dial } from '../../forward/dial.ts';
import type { RunningForward } from '../../forward/runningForward.ts';
import type { Kubectl } from '../../spec/spec.ts';

/** Why kubectl does not forward. `detail` is the last line that kubectl printed. */
export type KubectlProblem =
  | { readonly code: 'kubectlMissing' }
  | { readonly code: 'kubectlFailed'; readonly target: string; readonly detail: string };

export interface RemoteKubectlOptions {
  readonly kubectl: Kubectl;
  /** Of the present connection, or of the next one. */
  readonly exec: (signal: AbortSignal) => Promise<Exec>;
  readonly dial: Dial;
}

/** Opens a forward that leads through kubectl. It is open when kubectl listens. kubectl ends with the forward. */
export async function openThroughKubectl(
  kubectl: RemoteKubectl,
  open: () => Promise<RunningForward>,
  signal: AbortSignal,
): Promise<RunningForward> {
  const running = await open();
  const closeBoth = async (): Promise<void> => {
    kubectl.close();
    await running.close();
  };
  try {
    await kubectl.listening(signal);
  } catch (error) {
    await closeBoth();
    throw error;
  }
  return { ...running, close: closeBoth };
}

/** kubectl waits one minute for a pod unless --pod-running-timeout says otherwise. */
const startLimitMs = 90_000;
const maxCharacters = 4096;

/**
 * `kubectl port-forward` at a free loopback port of the remote, for one forward. It starts at the first use. After its pod or
 * its connection has ended, it starts again at the next use.
 */
export class RemoteKubectl {
  readonly #options: RemoteKubectlOptions;
  readonly #ended = new AbortController();
  #port: Promise<number> | undefined;

  constructor(options: RemoteKubectlOptions) {
    this.#options = options;
  }

  /** @throws UserError<KubectlProblem | ExecProblem | DialProblem>, or the signal's reason */
  readonly dial: Dial = async (_to, signal) => {
    const port = await this.listening(signal);
    return this.#options.dial({ kind: 'tcp', host: '127.0.0.1', port }, signal);
  };

  /** The port of the remote at which kubectl listens. All callers share one kubectl. */
  listening(signal: AbortSignal): Promise<number> {
    this.#port ??= this.#begin();
    return abortable(this.#port, signal);
  }

  close(): void {
    this.#ended.abort();
  }

  #begin(): Promise<number> {
    // RACE: an old kubectl may end after a newer one has started.
    const forget = (): void => {
      if (this.#port === port) this.#port = undefined;
    };
    const port = this.#start(forget);
    port.catch(forget);
    return port;
  }

  async #start(onEnd: () => void): Promise<number> {
    const { kubectl, exec } = this.#options;
    const { signal } = this.#ended;
    const channel = await (await exec(signal))(kubectlCommand(kubectl), signal);
    const close = (): void => channel.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    void channel.exit.then(onEnd).finally(() => signal.removeEventListener('abort', close));
    return portOf(channel, kubectl.target);
  }
}

/**
 * CAUTION: a server without a terminal leaves commands running when the channel closes, so a second process waits for the
 * end of standard input and then ends kubectl.
 */
function kubectlCommand({ options, target, port }: Kubectl): string {
  const kubectl = ['kubectl port-forward --address 127.0.0.1', ...options, target, `:${port}`].join(' ');
  return [
    `exec sh -c 'command -v kubectl >/dev/null || exit 127; exec 3<&0; ${kubectl} </dev/null & kubectl=$!;`,
    '(read -r _ <&3; kill $kubectl) >/dev/null 2>&1 & watch=$!;',
    "wait $kubectl; status=$?; kill $watch 2>/dev/null; exit $status'",
  ].join(' ');
}

/**
 * Reads `Forwarding from 127.0.0.1:41234 -> 80`, and all later output, so that kubectl never waits for a reader. Ends a
 * kubectl that does not listen in time, without waiting for its exit, which may never come.
 */
function portOf(channel: ExecChannel, target: string): Promise<number> {
  const { stdout, stderr, exit } = channel;
  return new Promise((resolve, reject) => {
    let [output, errors] = ['', ''];
    const limit = after(startLimitMs, () => {
      channel.close();
      reject(failed(target, errors));
    });
    for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
    stderr.on('data', (chunk) => (errors = (errors + String(chunk)).slice(-maxCharacters)));
    stdout.on('data', (chunk) => {
      output = (output + String(chunk)).slice(-maxCharacters);
      const [, port] = /Forwarding from 127\.0\.0\.1:(\d{1,5}) -> /.exec(output) ?? [];
      if (port === undefined) return;
      clearTimeout(limit);
      resolve(Number(port));
    });
    void exit
      .then(({ status }) => reject(status === 127 ? missing() : failed(target, errors)))
      .finally(() => clearTimeout(limit));
  });
}

function missing(): Error {
  return new UserError<KubectlProblem>({ code: 'kubectlMissing' });
}

/** SECURITY: the remote chooses the text, so it becomes one bounded line. */
function failed(target: string, errors: string): Error {
  const detail = oneLine(errors.trim().split('\n').at(-1) ?? '', 300);
  return new UserError<KubectlProblem>({ code: 'kubectlFailed', target, detail });
}
