import net from 'node:net';
import { abortable } from '../../../base/delay.ts';
import { string, uint32, WireReader } from '../keys/wire.ts';

/** Message numbers and flags of the SSH agent protocol (draft-ietf-sshm-ssh-agent §6). */
const SUCCESS = 6;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const ADD_IDENTITY = 17;
const ADD_ID_CONSTRAINED = 25;
const EXTENSION = 27;
const CONSTRAIN_LIFETIME = 1;
const CONSTRAIN_CONFIRM = 2;
const RSA_SHA2_256 = 2;
const RSA_SHA2_512 = 4;

const LIMIT_BYTES = 256 * 1024;

export interface AgentKey {
  /** The public key or certificate of any type, as it goes over the wire. */
  readonly blob: Buffer;
  readonly comment: string;
}

/** Identifies an SSH connection whose server has proven that it holds its host key. */
export interface AgentSession {
  readonly hostKey: Buffer;
  readonly id: Buffer;
  /** The server's signature over `id`. */
  readonly signature: Buffer;
}

/** The limits on the use of an added key (§3.2.7). */
export interface AgentConstraints {
  readonly lifetimeSeconds?: number;
  /** The user confirms each use. */
  readonly isConfirmed: boolean;
}

/**
 * A client of an SSH agent behind a Unix socket or a Windows pipe. It treats keys as opaque bytes, so certificates and
 * security keys work like any other.
 */
export class Agent {
  readonly #path: string;
  readonly #session: AgentSession | undefined;

  /** @param session the connection to sign for. A key may be limited to some hosts (ssh-add(1) -h). */
  constructor(path: string, session?: AgentSession) {
    this.#path = path;
    this.#session = session;
  }

  async identities(signal: AbortSignal): Promise<readonly AgentKey[]> {
    const reader = new WireReader(await this.#ask(Buffer.of(REQUEST_IDENTITIES), IDENTITIES_ANSWER, signal));
    const count = reader.uint32();
    const keys: AgentKey[] = [];
    for (let index = 0; index < count; index++) keys.push({ blob: reader.string(), comment: reader.text() });
    return keys;
  }

  /** The whole signature: the algorithm's name, the value, and the extra fields of a security key. */
  async sign(blob: Buffer, data: Buffer, algorithm: string, signal: AbortSignal): Promise<Buffer> {
    const flags = algorithm.startsWith('rsa-sha2-512')
      ? RSA_SHA2_512
      : algorithm.startsWith('rsa-sha2-256')
        ? RSA_SHA2_256
        : 0;
    const request = Buffer.concat([Buffer.of(SIGN_REQUEST), string(blob), string(data), uint32(flags)]);
    return new WireReader(await this.#ask(request, SIGN_RESPONSE, signal)).string();
  }

  /** @param privateKey as `privateBlob` writes it. */
  async add(privateKey: Buffer, comment: string, constraints: AgentConstraints, signal: AbortSignal): Promise<void> {
    const { lifetimeSeconds, isConfirmed } = constraints;
    const limits = Buffer.concat([
      ...(lifetimeSeconds === undefined ? [] : [Buffer.of(CONSTRAIN_LIFETIME), uint32(lifetimeSeconds)]),
      ...(isConfirmed ? [Buffer.of(CONSTRAIN_CONFIRM)] : []),
    ]);
    const kind = limits.length > 0 ? ADD_ID_CONSTRAINED : ADD_IDENTITY;
    await this.#ask(Buffer.concat([Buffer.of(kind), privateKey, string(comment), limits]), SUCCESS, signal);
  }

  /** Opens a socket for each request, because an agent that asks the user for each use may answer late. */
  async #ask(request: Buffer, expected: number, signal: AbortSignal): Promise<Buffer> {
    const socket = net.connect(this.#path);
    try {
      // An agent that does not support the message refuses it and stays usable, so the answer does not matter.
      if (this.#session) await abortable(exchange(socket, string(sessionBind(this.#session))), signal);
      const answer = new WireReader(await abortable(exchange(socket, string(request)), signal));
      if (answer.byte() !== expected) throw new Error('the agent refused');
      return answer.rest();
    } finally {
      socket.destroy();
    }
  }
}

/** OpenSSH's PROTOCOL.agent, section 1. */
function sessionBind({ hostKey, id, signature }: AgentSession): Buffer {
  const isForwarding = Buffer.of(0);
  const name = string('session-bind@openssh.com');
  return Buffer.concat([Buffer.of(EXTENSION), name, string(hostKey), string(id), string(signature), isForwarding]);
}

function exchange(socket: net.Socket, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the agent closed the connection')));
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      const length = received.readUInt32BE(0);
      if (length > LIMIT_BYTES) reject(new Error('the agent sent too much'));
      if (received.length < 4 + length) return;
      socket.off('data', onData);
      resolve(received.subarray(4, 4 + length));
    };
    socket.on('data', onData);
    socket.write(message);
  });
}
