import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** How one request arrived. Its headers are rewritten accordingly. */
export interface Origin {
  /** The authority of the request: `localhost:5173`. */
  readonly authority: string;
  /** The server speaks TLS too, so it and the browser use the same scheme. */
  readonly isServerTls: boolean;
  /** The server learns this address only if the client is on another machine. */
  readonly clientAddress: string;
}

/** RFC 9110 §7.6.1: headers of one connection, never passed on. RFC 9113 §8.2.2 forbids them in HTTP/2. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** SECURITY: only a trusted proxy may send these headers. No proxy is in front of us, so a client that sends them lies. */
const forwarding = /^(?:forwarded|x-forwarded-.*|x-real-ip)$/;

/**
 * The headers for the server, which sees a plain http request: `Origin` and `Referer` say http, and there is no
 * `X-Forwarded-Proto`. Frameworks disagree about that header: Rails believes it and compares it with `Origin`, Django and
 * SvelteKit do not. All of them work with plain http.
 */
export function requestHeaders(headers: IncomingHttpHeaders, origin: Origin): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = { host: origin.authority, ...endToEnd(headers) };
  passed['host'] = origin.authority;
  for (const name of Object.keys(passed)) if (forwarding.test(name)) delete passed[name];
  for (const name of ['origin', 'referer']) {
    const value = passed[name];
    if (typeof value === 'string') passed[name] = toServer(value, origin);
  }
  if (/(?:^|[\s,])trailers(?:$|[\s,;])/i.test(String(headers['te']))) passed['te'] = 'trailers';
  if (!isLoopbackClient(origin.clientAddress)) passed['x-forwarded-for'] = origin.clientAddress;
  return passed;
}

/** The headers for the browser. `Location` and `Access-Control-Allow-Origin` say https again. */
export function responseHeaders(headers: IncomingHttpHeaders, origin: Origin): OutgoingHttpHeaders {
  const passed = endToEnd(headers);
  // CAUTION: a browser would apply these to all ports of localhost, and refuse every http server there for months.
  delete passed['strict-transport-security'];
  delete passed['alt-svc'];
  for (const name of ['location', 'content-location', 'access-control-allow-origin']) {
    const value = passed[name];
    if (typeof value === 'string') passed[name] = toBrowser(value, origin);
  }
  return passed;
}

/** The fields that may pass from one connection to another. Also for trailers and informational responses. */
export function endToEnd(headers: NodeJS.Dict<string | string[]>): OutgoingHttpHeaders {
  const named = new Set(
    String(headers['connection'] ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
  const passed: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(':') && !hopByHop.has(name) && !named.has(name)) passed[name] = value;
  }
  return passed;
}

/** Rewrites URLs of our own authority only. */
function toServer(url: string, { authority, isServerTls }: Origin): string {
  return isServerTls ? url : withScheme(url, `https://${authority}`, `http://${authority}`);
}

function toBrowser(url: string, { authority, isServerTls }: Origin): string {
  return isServerTls ? url : withScheme(url, `http://${authority}`, `https://${authority}`);
}

function withScheme(url: string, from: string, to: string): string {
  const isOurs = url.toLowerCase().startsWith(from.toLowerCase()) && /^(?:$|[/?#])/.test(url.slice(from.length));
  return isOurs ? to + url.slice(from.length) : url;
}

function isLoopbackClient(address: string): boolean {
  return address === '' || address === '::1' || /^(?:::ffff:)?127\./.test(address);
}
