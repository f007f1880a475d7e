import type { Client } from 'ssh2';
import { handlersOf } from './internals.ts';

/** Calls `heard` with the server's own words at its SSH_MSG_DISCONNECT. ssh2 drops the text of the reason "by application". */
export function onDisconnectMessage(ssh2: Client, heard: (message: Error) => void): void {
  const handlers = handlersOf(ssh2);
  const { DISCONNECT: onDisconnect } = handlers;
  handlers.DISCONNECT = (protocol, reason, text) => {
    if (text !== '') heard(Object.assign(new Error(text), { code: reason }));
    onDisconnect(protocol, reason, text);
  };
}

/** Did the server say why it ends the connection (SSH_MSG_DISCONNECT, RFC 4253 §11.1)? ssh2 puts its code on the error. */
export function isDisconnectMessage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
