import type { HostConfig } from '../../config/hostConfig.ts';
import type { SshClient } from './client.ts';

/**
 * What the user asked for with ServerAliveInterval (ssh_config(5)): asks for a sign of life whenever nothing was heard for
 * that long, and ends the connection after ServerAliveCountMax unanswered ones. Without it nothing is asked, as with
 * ssh(1): a server that never answers is not dropped for that. The result ends it.
 */
export function keepAlive(client: SshClient, config: HostConfig): () => void {
  const { serverAliveIntervalMs: intervalMs = 0 } = config;
  if (intervalMs === 0) return () => undefined;
  const stop = new AbortController();
  let unanswered = 0;
  let timer: NodeJS.Timeout | undefined;
  const heard = (): void => {
    unanswered = 0;
    timer?.refresh();
  };
  const probe = (): void => {
    if (unanswered >= config.serverAliveCountMax) {
      client.end({ kind: 'lost', why: 'keepalive', detail: '' });
      return;
    }
    unanswered++;
    timer = setTimeout(probe, intervalMs);
    // A ping rejects when the connection ends, which the client itself reports.
    client.ping(stop.signal).then(heard, () => undefined);
  };
  timer = setTimeout(probe, intervalMs);
  client.onData(heard);
  const end = (): void => {
    clearTimeout(timer);
    stop.abort();
  };
  void client.closed.then(end);
  return end;
}
