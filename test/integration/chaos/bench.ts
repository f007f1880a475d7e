import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import type { SessionsOptions } from '../../../src/core/session/sessionsOptions.ts';
import type { Settings } from '../../../src/core/session/settings.ts';
import { freePort } from '../../support/freePort.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { until } from '../../support/until.ts';

const pageMs = 40_000;

/** A page with a download, behind a forward of a connected host. Reports the effects of faults. */
export interface Bench {
  readonly app: TestSessions;
  /** The local port of the page, and the port of its web server. */
  readonly local: number;
  readonly web: number;
  /** Causes a fault while a download runs, and waits until a reload of the page succeeds. */
  survive(fault: string, breakIt: () => unknown, expected?: DownloadFate): Promise<void>;
  /** Ends a fault, and waits until the page answers. */
  comesBack(mended: string, mend: () => unknown): Promise<void>;
  stop(): Promise<void>;
}

/** `reset`: the download is reset, now or later. `unharmed`: it goes on. A function: it goes on after the function mends the fault. */
export type DownloadFate = 'reset' | 'unharmed' | (() => unknown);

export interface BenchOptions {
  readonly settings?: Partial<Settings>;
  readonly sessions?: Partial<SessionsOptions>;
  /** The address of this machine at which the remote finds the page. */
  readonly webHost?: string;
}

export async function startBench(configFile: string, options: BenchOptions = {}): Promise<Bench> {
  const { settings, sessions, webHost = '127.0.0.1' } = options;
  const server = http.createServer(serve).listen(0, '0.0.0.0');
  await once(server, 'listening');
  const web = (server.address() as AddressInfo).port;
  const app = await startSessions(configFile, { autoForward: 'off', identifyServers: false, ...settings }, sessions);
  const local = await freePort();
  const spec = parseForward('local', `${local}:${webHost}:${web}`);
  await app.sessions.forward('devbox', typedRequest(spec), never);
  await until('the watch', () => app.host().detection.kind === 'watching');
  return {
    app,
    local,
    web,
    survive: async (fault, breakIt, expected = 'reset') => {
      const download = await startDownload(local);
      const startMs = performance.now();
      await breakIt();
      const resetAfter = download.reset.then(() => seconds(performance.now() - startMs));
      resetAfter.catch(() => undefined);
      const { reloads } = await reload(local);
      const took = performance.now() - startMs;
      if (typeof expected === 'function') await expected();
      if (expected !== 'reset') await download.goesOn();
      const fate = { reset: () => resetAfter, unharmed: () => 'goes on' };
      report(fault, typeof expected === 'function' ? 'waits, goes on' : await fate[expected](), took, reloads);
      download.stop();
    },
    comesBack: async (mended, mend) => {
      const startMs = performance.now();
      await mend();
      const { reloads } = await reload(local);
      report(mended, '', performance.now() - startMs, reloads);
    },
    stop: async () => {
      await app.sessions.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** `/endless` sends until the client closes. */
function serve({ url }: http.IncomingMessage, response: http.ServerResponse): void {
  if (url !== '/endless') {
    response.end('hello');
    return;
  }
  const timer = setInterval(() => response.write('.'.repeat(1000)), 20);
  response.on('close', () => clearInterval(timer));
  response.on('error', () => undefined);
}

export interface Download {
  /** Settles when the download is reset. CAUTION: a clean end is a failure, because a browser would keep the partial file. */
  readonly reset: Promise<void>;
  goesOn(): Promise<void>;
  stop(): void;
}

export async function startDownload(port: number): Promise<Download> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.write('GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let received = 0;
  socket.on('data', (chunk: Buffer) => (received += chunk.length));
  const reset = new Promise<void>((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve() : reject(error)));
    // RACE: libuv reports a reset that arrives together with data as an end. After a reset a write fails, too.
    socket.once('end', () =>
      socket.write('.', (error) => {
        if (error) resolve();
        else reject(new Error('the download ended cleanly, as if it were whole'));
      }),
    );
  });
  reset.catch(() => undefined);
  await until('the download', () => received > 10_000);
  return {
    reset,
    goesOn: async () => {
      const before = received;
      await until('more of the download', () => received > before + 10_000);
      assert.equal(socket.destroyed, false);
    },
    stop: () => socket.destroy(),
  };
}

/** Loads the page as a person does: waits, and reloads after a failure. */
async function reload(port: number): Promise<{ readonly reloads: number }> {
  let reloads = 0;
  await until(
    'the page',
    async () => {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/`, {
          headers: { connection: 'close' },
          signal: AbortSignal.timeout(pageMs),
        });
        return (await response.text()) === 'hello';
      } catch {
        reloads++;
        return false;
      }
    },
    pageMs,
  );
  return { reloads };
}

/** One row of the table in RECOVERY.md. */
export function report(fault: string, download: string, pageAfterMs: number, reloads: number | ''): void {
  console.log(`| ${fault} | ${download} | ${seconds(pageAfterMs)} | ${reloads} |`);
}

/** Sends a signal to each process that still exists. */
export function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // it has exited
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
