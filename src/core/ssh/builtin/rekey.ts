import type { HostConfig } from '../../config/hostConfig.ts';
import { protocolOf } from './internals.ts';
import type { SshClient } from './client.ts';

/**
 * Asks for new session keys (RFC 4253 §9) after so many bytes in either direction, or so much time (ssh_config(5)
 * RekeyLimit). The server may do so as well, which counts for both.
 */
export function limitKeys(link: SshClient, { rekeyLimitBytes = Infinity, rekeyIntervalMs }: HostConfig): void {
  if (rekeyLimitBytes === Infinity && rekeyIntervalMs === undefined) return;
  let sent = 0;
  let received = 0;
  const rekey = (): void => {
    if (link.isOpen) protocolOf(link.client).rekey(); // does nothing while one is under way
  };
  const timer = rekeyIntervalMs === undefined ? undefined : setInterval(rekey, rekeyIntervalMs);
  link.onData(({ length }) => {
    received += length;
    if (received > rekeyLimitBytes) rekey();
  });
  link.onSent((length) => {
    sent += length;
    if (sent > rekeyLimitBytes) rekey();
  });
  link.client.on('handshake', () => {
    sent = 0;
    received = 0;
    timer?.refresh();
  });
  void link.closed.then(() => clearInterval(timer));
}
