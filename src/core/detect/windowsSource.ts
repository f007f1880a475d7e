import { abortable, deadline } from '../../base/delay.ts';
import { UserError } from '../../base/userError.ts';
import type { WatchProblem } from './conversation.ts';
import type { Exec } from './exec.ts';
import type { RemotePort } from './remotePort.ts';
import { merge } from './merge.ts';
import { parseNetstatWindows } from '../listing/netstat.ts';
import { windowsListCommand } from './script.ts';
import type { Source } from './source.ts';

const maxOutputBytes = 8 << 20;

/**
 * A remote whose login shell is cmd.exe or PowerShell. It runs one short command per poll, because no constant text makes
 * both shells read input line by line. Windows does not report the CPU time, so the duration of a poll replaces it.
 */
export async function openWindowsSource(exec: Exec, limitMs: number, signal: AbortSignal): Promise<Source> {
  let spentMs = 0;
  let last: string | undefined;
  const list = async (runSignal: AbortSignal): Promise<readonly RemotePort[]> => {
    const startedAt = performance.now();
    const sockets = parseNetstatWindows(await run(exec, limitMs, runSignal));
    spentMs += performance.now() - startedAt;
    return merge(
      sockets.map((socket) => ({ socket, ...(socket.process && { process: socket.process }) })),
      { uid: -1, user: '' },
    );
  };
  // Windows always has a listening socket. `netstat -ano` of a Unix prints no row of this form.
  if ((await list(signal)).length === 0) throw new UserError<WatchProblem>({ code: 'noTool', detail: 'netstat' });
  return {
    method: 'netstat',
    poll: async (pollSignal) => {
      const ports = await list(pollSignal);
      const text = JSON.stringify(ports);
      if (text === last) return undefined;
      last = text;
      return ports;
    },
    refresh: () => undefined,
    costMs: async () => spentMs,
    close: () => undefined,
  };
}

async function run(exec: Exec, limitMs: number, signal: AbortSignal): Promise<string> {
  const limit = deadline(limitMs, () => new UserError<WatchProblem>({ code: 'watchTimeout' }), signal);
  try {
    const channel = await exec(windowsListCommand, limit.signal);
    const close = (): void => channel.close();
    limit.signal.addEventListener('abort', close);
    try {
      for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined);
      channel.stdin.end();
      channel.stderr.resume();
      const chunks: Buffer[] = [];
      let bytes = 0;
      channel.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= maxOutputBytes) chunks.push(chunk);
        else channel.close();
      });
      await abortable(channel.exit, limit.signal);
      return Buffer.concat(chunks).toString('utf8');
    } finally {
      limit.signal.removeEventListener('abort', close);
      channel.close();
    }
  } finally {
    limit.clear();
  }
}
