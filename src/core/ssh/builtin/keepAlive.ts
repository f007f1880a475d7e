import { after } from '../../../base/delay.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { SshClient } from './client.ts';

/**
 * ServerAliveInterval (ssh_config(5)): pings the server whenever nothing arrived for an interval, and ends the client after
 * ServerAliveCountMax unanswered pings. Without the setting it sends nothing, as ssh(1) does. Returns a function that
 * stops the pings.
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
    timer = after(intervalMs, probe);
    // A ping rejects when the connection ends, which the client itself reports.
    client.ping(stop.signal).then(heard, () => undefined);
  };
  timer = after(intervalMs, probe);
  client.onData(heard);
  const end = (): void => {
    clearTimeout(timer);
    stop.abort();
  };
  void client.closed.then(end);
  return end;
}
