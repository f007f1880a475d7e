import { every } from '../../../base/delay.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { protocolOf } from './internals.ts';
import type { SshClient } from './client.ts';

/**
 * Asks for new session keys (RFC 4253 §9) after a number of bytes in either direction, or after a time (ssh_config(5)
 * RekeyLimit). A key exchange that the server starts resets both counters.
 */
export function limitKeys(client: SshClient, { rekeyLimitBytes = Infinity, rekeyIntervalMs }: HostConfig): void {
  if (rekeyLimitBytes === Infinity && rekeyIntervalMs === undefined) return;
  let sent = 0;
  let received = 0;
  const rekey = (): void => {
    if (client.isOpen) protocolOf(client.ssh2).rekey(); // does nothing while a key exchange runs
  };
  const timer = rekeyIntervalMs === undefined ? undefined : every(rekeyIntervalMs, rekey);
  client.onData(({ length }) => {
    received += length;
    if (received > rekeyLimitBytes) rekey();
  });
  client.onSent((length) => {
    sent += length;
    if (sent > rekeyLimitBytes) rekey();
  });
  client.ssh2.on('handshake', () => {
    sent = 0;
    received = 0;
    timer?.refresh();
  });
  void client.closed.then(() => clearInterval(timer));
}
