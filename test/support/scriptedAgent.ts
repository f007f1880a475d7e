import { once } from 'node:events';
import net from 'node:net';
import { string, uint32, WireReader } from '../../src/core/ssh/keys/wire.ts';

/** A key of an agent that does what a test tells it. `sign` gets the data and the flags of the request. */
export interface ScriptedKey {
  readonly blob: Buffer;
  readonly comment: string;
  readonly sign: (data: Buffer, flags: number) => Buffer;
}

/** An agent (draft-ietf-sshm-ssh-agent) that plays keys which no real ssh-agent here can hold. Returns its end. */
export async function startScriptedAgent(socketPath: string, keys: readonly ScriptedKey[]): Promise<() => void> {
  const server = net.createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
        const end = 4 + received.readUInt32BE(0);
        socket.write(string(answer(keys, new WireReader(received.subarray(4, end)))));
        received = received.subarray(end);
      }
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return () => void server.close();
}

const FAILURE = Buffer.of(5);

function answer(keys: readonly ScriptedKey[], request: WireReader): Buffer {
  const kind = request.byte();
  if (kind === 11) {
    const list = keys.map(({ blob, comment }) => Buffer.concat([string(blob), string(comment)]));
    return Buffer.concat([Buffer.of(12), uint32(keys.length), ...list]);
  }
  if (kind !== 13) return FAILURE;
  const [blob, data, flags] = [request.string(), request.string(), request.uint32()] as const;
  const key = keys.find((each) => each.blob.equals(blob));
  return key ? Buffer.concat([Buffer.of(14), string(key.sign(data, flags))]) : FAILURE;
}
