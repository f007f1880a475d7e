/** The data types of RFC 4251 §5: what keys, signatures and agent messages are made of. */

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A non-negative number, big-endian: leading zeros dropped, one put back where the sign bit would be set. */
export function mpint(value: Buffer): Buffer {
  let start = 0;
  while (start < value.length && value[start] === 0) start++;
  const digits = value.subarray(start);
  const isHigh = (digits[0] ?? 0) >= 0x80;
  return string(isHigh ? Buffer.concat([Buffer.alloc(1), digits]) : digits);
}

/** Reads front to back. A read past the end throws `RangeError`, so a malformed message never passes for a short one. */
export class WireReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The number of bytes read so far. */
  get position(): number {
    return this.#position;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes.readUInt8(this.#position);
    this.#position += 1;
    return value;
  }

  uint32(): number {
    const value = this.#bytes.readUInt32BE(this.#position);
    this.#position += 4;
    return value;
  }

  bytes(length: number): Buffer {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw new RangeError('truncated');
    const value = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return value;
  }

  string(): Buffer {
    return this.bytes(this.uint32());
  }

  /** A non-negative number. */
  mpint(): bigint {
    return BigInt(`0x0${this.string().toString('hex')}`);
  }

  text(): string {
    return this.string().toString('utf8');
  }

  rest(): Buffer {
    return this.bytes(this.#bytes.length - this.#position);
  }
}
