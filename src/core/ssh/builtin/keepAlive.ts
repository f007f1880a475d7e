import type { HostConfig } from '../../config/hostConfig.ts';
import type { SshClient } from './client.ts';

/** OpenSSH sends nothing by default; then a dead link would look alive until the next write fails, minutes later. */
const DEFAULT_INTERVAL_MS = 15_000;

/**
 * Asks for a sign of life whenever nothing was heard for an interval, and gives the link up after `serverAliveCountMax`
 * unanswered ones (ssh_config(5) ServerAliveInterval, ServerAliveCountMax). The result ends it.
 */
export function keepAlive(link: SshClient, config: HostConfig): () => void {
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
      link.lose({ kind: 'lost', why: 'keepalive', detail: '' });
      return;
    }
    unanswered++;
    timer = setTimeout(probe, intervalMs);
    // A rejection means that the link ended, which the link itself reports.
    link.ping(stop.signal).then(heard, () => undefined);
  };
  timer = setTimeout(probe, intervalMs);
  link.onData(heard);
  const end = (): void => {
    clearTimeout(timer);
    stop.abort();
  };
  void link.closed.then(end);
  return end;
}
