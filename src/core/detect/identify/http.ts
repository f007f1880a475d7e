import { decodeCharset } from './charset.ts';

/** What a server sent back to `GET /`, as far as it was read. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; the first of several with the same name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** RFC 9112 §3: the shortest request that servers answer as they answer a browser. The identity coding forbids compression. */
export function httpRequest(port: number): string {
  return [
    'GET / HTTP/1.1',
    `Host: localhost:${port}`,
    'User-Agent: Mozilla/5.0 (compatible; SSH Ports)',
    'Accept: text/html,*/*;q=0.8',
    'Accept-Encoding: identity',
    'Connection: close',
    '',
    '',
  ].join('\r\n');
}

/** Undefined if `bytes` are not an HTTP response (RFC 9112 §4). */
export function parseHttp(bytes: Buffer): HttpAnswer | undefined {
  const text = bytes.toString('latin1');
  const [, status] = /^HTTP\/1\.[01] (\d{3})(?: [^\r\n]*)?\r?\n/.exec(text) ?? [];
  if (status === undefined) return undefined;
  const blank = /\r?\n\r?\n/.exec(text);
  const headEnd = blank ? blank.index : text.length;
  const headers = new Map<string, string>();
  for (const line of text.slice(0, headEnd).split(/\r?\n/).slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  const raw = blank ? bytes.subarray(blank.index + blank[0].length) : Buffer.alloc(0);
  const body = /\bchunked\b/i.test(headers.get('transfer-encoding') ?? '') ? unchunk(raw) : raw;
  return { status: Number(status), headers, body: textOf(body, headers.get('content-type') ?? '') };
}

/** The header's charset counts more than the page's own (HTML standard, 13.2.3.2), and UTF-8 is the default. */
function textOf(body: Buffer, contentType: string): string {
  const start = body.toString('latin1', 0, 1024);
  const label =
    /\bcharset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType)?.[1] ??
    // A page that can be read so far is not in UTF-16, whatever it says.
    /<meta\s[^>]{0,200}?\bcharset\s*=\s*["']?\s*(?!utf-?16)([\w.:-]{1,40})/i.exec(start)?.[1] ??
    'utf-8';
  const byteOrder =
    body[0] === 0xfe && body[1] === 0xff ? 'utf-16be' : body[0] === 0xff && body[1] === 0xfe ? 'utf-16le' : label;
  return decodeCharset(body, byteOrder) ?? body.toString('utf8');
}

/** Whether the whole response has arrived. Some servers keep the connection open after it. */
export function isComplete(bytes: Buffer): boolean {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /^content-length: *(\d{1,15})\s*$/im.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= headEnd + 4 + Number(length);
  return (
    /^transfer-encoding:.*\bchunked\b/im.test(head) && bytes.subarray(-7).toString('latin1').endsWith('\r\n0\r\n\r\n')
  );
}

/** Joins chunks (RFC 9112 §7.1). The last chunk may be incomplete. */
function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd < 0 ? undefined : /^[\da-f]{1,8}/i.exec(bytes.toString('latin1', at, lineEnd))?.[0];
    const length = size === undefined ? 0 : Number.parseInt(size, 16);
    if (length === 0) break;
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
  return Buffer.concat(parts);
}
