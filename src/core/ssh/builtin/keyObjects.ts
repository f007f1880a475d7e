import type { SshClient } from './client.ts';
import { replacePacketKeys } from './internals.ts';

/**
 * Gives node:crypto the packet keys as KeyObjects, after each key exchange. ssh2 passes them as buffers for every packet.
 * Node 24 then throws and catches two exceptions per call, which takes longer than the encryption.
 */
export function useKeyObjects({ ssh2 }: SshClient): void {
  replacePacketKeys(ssh2);
  ssh2.on('handshake', () => replacePacketKeys(ssh2)); // each key exchange creates a new cipher and decipher
}
