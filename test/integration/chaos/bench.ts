import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwardRequests.ts';
import type { SessionsOptions } from '../../../src/core/session/sessions.ts';
import type { Settings } from '../../../src/core/session/settings.ts';
import { freePort } from '../../support/freePort.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { until } from '../../support/until.ts';

const pageMs = 40_000;

/** A page behind a forward of a connected host, with traffic on it, and what faults did to it. */
export interface Bench {
  readonly app: TestSessions;
  /** Where the page answers on this machine, and where it really is. */
  readonly local: number;
  readonly web: number;
  /** Breaks something while a download runs, and waits until a reload of the page that began then has succeeded. */
  survive(fault: string, breakIt: () => unknown, expected?: 'reset' | 'unharmed'): Promise<void>;
  /** Mends what was broken, and waits until the page answers. */
  comesBack(mended: string, mend: () => unknown): Promise<void>;
  stop(): Promise<void>;
}

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
      if (expected === 'unharmed') await download.goesOn();
      report(fault, expected === 'reset' ? await resetAfter : 'goes on', took, reloads);
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

/** `/endless` goes on for as long as somebody listens. */
function serve({ url }: http.IncomingMessage, response: http.ServerResponse): void {
  if (url !== '/endless') {
    response.end('hello');
    return;
  }
  const timer = setInterval(() => response.write('.'.repeat(1000)), 20);
  response.on('close', () => clearInterval(timer));
  response.on('error', () => undefined);
}

interface Download {
  /** Settles when it was reset; a clean end would be taken for the whole file, so that fails. */
  readonly reset: Promise<void>;
  goesOn(): Promise<void>;
  stop(): void;
}

async function startDownload(port: number): Promise<Download> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.write('GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let received = 0;
  socket.on('data', (chunk: Buffer) => (received += chunk.length));
  const reset = new Promise<void>((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve() : reject(error)));
    // libuv calls a reset that comes together with data an end; but then nothing can be sent any more, either.
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

/** What a person at a browser does: waits, and reloads when it fails. */
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

/** To each of them that is still there. */
export function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It is gone already.
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
