import type { HostConfig } from '../../config/hostConfig.ts';
import type { SshClient } from './client.ts';

/** OpenSSH sends nothing by default. Then a dead connection looks alive until a write fails, minutes later. */
const DEFAULT_INTERVAL_MS = 15_000;

/**
 * Pings the server whenever nothing arrived for an interval. Ends the client after `serverAliveCountMax` unanswered
 * pings (ssh_config(5) ServerAliveInterval, ServerAliveCountMax). Returns a function that stops the pings.
 */
export function keepAlive(client: SshClient, config: HostConfig): () => void {
  const intervalMs = config.serverAliveIntervalMs ?? DEFAULT_INTERVAL_MS;
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
