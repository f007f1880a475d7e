/**
 * The server's side of SOCKS 4, 4a and 5 (RFC 1928, RFC 1929) as a pure state machine: bytes in, replies out. As in
 * ssh(1) -D, it supports CONNECT only. It passes host names on unresolved.
 */
export class SocksParser {
  readonly #credentials: Credentials | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #stage: 'start' | 'credentials' | 'request' = 'start';

  /** With credentials the parser refuses SOCKS 4, which has no password. */
  constructor(credentials?: Credentials) {
    this.#credentials = credentials;
  }

  /** Takes received bytes. Do not call it again after a `connect` or `fail`. */
  push(chunk: Buffer): SocksStep {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const replies: Buffer[] = [];
    for (;;) {
      const step = this.#step();
      if (step.kind !== 'answer') return { ...step, reply: Buffer.concat([...replies, step.reply]) };
      replies.push(step.reply);
    }
  }

  #step(): SocksStep | SocksAnswer {
    if (this.#bytes.length === 0) return more;
    if (this.#stage === 'credentials') return this.#checkCredentials();
    if (this.#stage === 'request') return this.#request5();
    if (this.#bytes[0] === 5) return this.#chooseMethod();
    if (this.#bytes[0] === 4) return this.#credentials ? fail(reply4('prohibited')) : this.#request4();
    return fail(); // A client that does not speak SOCKS understands no reply.
  }

  /** RFC 1928 §3: version, number of methods, methods. */
  #chooseMethod(): SocksStep | SocksAnswer {
    const count = this.#bytes[1];
    if (count === undefined || this.#bytes.length < 2 + count) return more;
    const wanted = this.#credentials ? 2 : 0;
    if (
      !this.#take(2 + count)
        .subarray(2)
        .includes(wanted)
    )
      return fail(Buffer.from([5, 0xff]));
    this.#stage = this.#credentials ? 'credentials' : 'request';
    return { kind: 'answer', reply: Buffer.from([5, wanted]) };
  }

  /** RFC 1929 §2: version 1, user name and password, each after its length. */
  #checkCredentials(): SocksStep | SocksAnswer {
    if (this.#bytes[0] !== 1) return fail(Buffer.from([1, 1]));
    const userLength = this.#bytes[1];
    const passwordLength = userLength === undefined ? undefined : this.#bytes[2 + userLength];
    if (userLength === undefined || passwordLength === undefined) return more;
    if (this.#bytes.length < 3 + userLength + passwordLength) return more;
    const message = this.#take(3 + userLength + passwordLength);
    const user = message.toString('utf8', 2, 2 + userLength);
    const password = message.toString('utf8', 3 + userLength);
    if (user !== this.#credentials?.user || password !== this.#credentials.password) return fail(Buffer.from([1, 1]));
    this.#stage = 'request';
    return { kind: 'answer', reply: Buffer.from([1, 0]) };
  }

  /** RFC 1928 §4: version, command, reserved, address type, address, port. */
  #request5(): SocksStep {
    const [version, command, , addressType, nameLength] = this.#bytes;
    if (version !== 5) return fail(reply5('failed'));
    if (addressType === undefined) return more;
    if (addressType !== 1 && addressType !== 3 && addressType !== 4) return fail(reply5('addressUnknown'));
    if (addressType === 3 && nameLength === undefined) return more;
    const start = addressType === 3 ? 5 : 4;
    const end = start + (addressType === 1 ? 4 : addressType === 4 ? 16 : (nameLength ?? 0));
    if (this.#bytes.length < end + 2) return more;
    const message = this.#take(end + 2);
    if (command !== 1) return fail(reply5('commandUnknown'));
    const address = message.subarray(start, end);
    const host = addressType === 1 ? address.join('.') : addressType === 4 ? ipv6Text(address) : nameText(address);
    const port = message.readUInt16BE(end);
    if (!host || port === 0) return fail(reply5('failed'));
    return this.#connect(host, port, reply5);
  }

  /** Version, command, port, IPv4 address, user id and NUL. SOCKS 4a: address 0.0.0.x, and after the user id a name and NUL. */
  #request4(): SocksStep {
    const userEnd = this.#bytes.indexOf(0, 8);
    if (userEnd < 0) return this.#bytes.length > maxSocks4Bytes ? fail() : more;
    const address = this.#bytes.subarray(4, 8);
    const isName = address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] !== 0;
    const nameEnd = isName ? this.#bytes.indexOf(0, userEnd + 1) : userEnd;
    if (nameEnd < 0) return this.#bytes.length > maxSocks4Bytes ? fail() : more;
    const message = this.#take(nameEnd + 1);
    const host = isName ? nameText(message.subarray(userEnd + 1, nameEnd)) : message.subarray(4, 8).join('.');
    const port = message.readUInt16BE(2);
    if (message[1] !== 1 || !host || port === 0) return fail(reply4('failed'));
    return this.#connect(host, port, reply4);
  }

  #connect(host: string, port: number, encode: (outcome: SocksOutcome) => Buffer): SocksStep {
    return { kind: 'connect', host, port, encode, rest: this.#bytes, reply: nothing };
  }

  #take(length: number): Buffer {
    const message = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return message;
  }
}

/** Send the reply; the client continues. */
interface SocksAnswer {
  readonly kind: 'answer';
  readonly reply: Buffer;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Send `reply` in every case. It may be empty. */
export type SocksStep =
  | { readonly kind: 'more'; readonly reply: Buffer }
  /** Reply and close. */
  | { readonly kind: 'fail'; readonly reply: Buffer }
  | {
      readonly kind: 'connect';
      readonly host: string;
      readonly port: number;
      /** The reply for the outcome of the connection. */
      readonly encode: (outcome: SocksOutcome) => Buffer;
      /** Bytes after the request: payload of the connection. */
      readonly rest: Buffer;
      readonly reply: Buffer;
    };

export type SocksOutcome =
  | 'connected'
  | 'failed'
  | 'prohibited'
  | 'networkUnreachable'
  | 'hostUnreachable'
  | 'refused'
  | 'commandUnknown'
  | 'addressUnknown';

/** SOCKS 4 sends no length for user id and name, so we limit them. */
const maxSocks4Bytes = 1024;

const nothing = Buffer.alloc(0);
const more = { kind: 'more', reply: nothing } as const;

function fail(reply: Buffer = nothing): SocksStep {
  return { kind: 'fail', reply };
}

/** RFC 1928 §6. Clients have no use for the bound address, so it is always 0.0.0.0:0, as with ssh(1). */
function reply5(outcome: SocksOutcome): Buffer {
  return Buffer.from([5, replyCodes[outcome], 0, 1, 0, 0, 0, 0, 0, 0]);
}

/** 90: granted; 91: rejected or failed. */
function reply4(outcome: SocksOutcome): Buffer {
  return Buffer.from([0, outcome === 'connected' ? 90 : 91, 0, 0, 0, 0, 0, 0]);
}

const replyCodes: Readonly<Record<SocksOutcome, number>> = {
  connected: 0,
  failed: 1,
  prohibited: 2,
  networkUnreachable: 3,
  hostUnreachable: 4,
  refused: 5,
  commandUnknown: 7,
  addressUnknown: 8,
};

function ipv6Text(address: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** SECURITY: empty if it contains anything but printable ASCII. The name goes to the server. */
function nameText(bytes: Buffer): string {
  const name = bytes.toString('latin1');
  return /^[\x21-\x7e]+$/.test(name) ? name : '';
}
