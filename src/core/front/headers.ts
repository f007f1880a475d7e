import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** How one request arrived, which decides how its headers are rewritten. */
export interface Origin {
  /** The authority that the browser asked for: `localhost:5173`. */
  readonly authority: string;
  /** The server at the other end speaks TLS too, so its scheme is the browser's. */
  readonly isServerTls: boolean;
  /** The address of the client. Only a client on another machine is named to the server. */
  readonly clientAddress: string;
}

/** RFC 9110 §7.6.1: for one connection alone, so never passed on. RFC 9113 §8.2.2 forbids them in HTTP/2. */
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

/** Names that only a trusted proxy may send. No proxy is before us, so a page would only pretend. */
const forwarding = /^(?:forwarded|x-forwarded-.*|x-real-ip)$/;

/**
 * The headers for the server. It sees an ordinary request over http: `Origin` and `Referer` lose the `s` that we added, and
 * no `X-Forwarded-Proto` tells of it. Frameworks disagree about that header: Rails believes it and then compares it
 * with `Origin`, Django and SvelteKit do not. Plain http is right for all of them.
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

/** The headers for the browser. `Location` and `Access-Control-Allow-Origin` get the `s` that the server did not see. */
export function responseHeaders(headers: IncomingHttpHeaders, origin: Origin): OutgoingHttpHeaders {
  const passed = endToEnd(headers);
  // A browser would apply these to all ports of localhost: it would refuse every http server there, for months.
  delete passed['strict-transport-security'];
  delete passed['alt-svc'];
  for (const name of ['location', 'content-location', 'access-control-allow-origin']) {
    const value = passed[name];
    if (typeof value === 'string') passed[name] = toBrowser(value, origin);
  }
  return passed;
}

/** Trailers and informational headers: the fields that may pass from one connection to another. */
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

/** Only our own authority: what another site is called is not ours to change. */
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
