import dgram from 'node:dgram';
import { once } from 'node:events';

const TYPE_A = 1;
const TYPE_CNAME = 5;
const NAME_ERROR = 3;

/** What a name stands for: an IPv4 address or another name. */
export type Zone = Readonly<Record<string, string>>;

/** A name server (RFC 1035) for a few names on 127.0.0.1:53, which needs a network of its own. */
export async function serveNames(zone: Zone): Promise<() => void> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, { port, address }) => socket.send(answer(query, zone), port, address));
  socket.bind(53, '127.0.0.1');
  await once(socket, 'listening');
  return () => socket.close();
}

function answer(query: Buffer, zone: Zone): Buffer {
  let end = 12;
  const labels: string[] = [];
  for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
    labels.push(query.toString('latin1', end + 1, end + 1 + length));
    end += 1 + length;
  }
  end += 5; // the root, type and class
  const type = query.readUInt16BE(end - 4);
  const records: Buffer[] = [];
  let name = labels.join('.');
  const find = (): string | undefined => zone[name.toLowerCase()];
  const isKnown = find() !== undefined;
  for (let value = find(); value !== undefined; value = find()) {
    if (/^\d/u.test(value)) {
      if (type === TYPE_A) records.push(record(name, TYPE_A, Buffer.from(value.split('.').map(Number))));
      break;
    }
    records.push(record(name, TYPE_CNAME, encoded(value)));
    name = value;
    if (type === TYPE_CNAME) break;
  }
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (isKnown ? 0 : NAME_ERROR), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(12, end), ...records]);
}

function record(name: string, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(60, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encoded(name), fixed, data]);
}

function encoded(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([...labels, Buffer.alloc(1)]);
}
