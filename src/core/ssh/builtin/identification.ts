import type { Client } from 'ssh2';
import { protocolOf } from './internals.ts';
import { rewriteIdentification } from './received.ts';

const NEWLINE = 10;
const SPACE = 0x20;
const PREFIX = /^SSH-(?:2\.0|1\.99)-$/u;
const LONGEST_PREFIX = 'SSH-1.99-'.length;

/**
 * Lets ssh2 accept the identifications that ssh(1) accepts: without a name before the comment (`SSH-2.0- text`), and with
 * bytes beyond ASCII, which ssh2 would hash in another encoding. CAUTION: changes the bytes that ssh2 parses.
 */
export function acceptAnyIdentification(ssh2: Client): void {
  const protocol = protocolOf(ssh2);
  const parse = protocol.parse.bind(protocol);
  let prefix = '';
  let isNameless = false;
  let isOver = false;
  protocol.parse = (bytes, start, end) => {
    for (let index = start; index < end && !isOver; index++) {
      const byte = bytes[index] ?? 0;
      if (byte === SPACE && PREFIX.test(prefix)) {
        isNameless = true;
        bytes[index] = STAND_IN;
      }
      isOver = byte === NEWLINE && prefix.startsWith('SSH-');
      if (byte === NEWLINE) prefix = '';
      else if (prefix.length <= LONGEST_PREFIX) prefix += String.fromCodePoint(byte);
    }
    parse(bytes, start, end);
  };
  rewriteIdentification(ssh2, (line) => {
    const sent = Buffer.from(line.toString(), 'latin1');
    if (isNameless) sent[sent.indexOf('-', 'SSH-'.length) + 1] = SPACE;
    return sent;
  });
}

/** Takes the place of the space where ssh2 wants a name. */
const STAND_IN = '_'.charCodeAt(0);
