import type { Bind, Endpoint } from '../core/spec/spec.ts';

/** `host:port`, with brackets around an IPv6 address. */
export function address(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `localhost:5000`, or the path of a Unix socket. */
export function endpoint(to: Endpoint): string {
  return to.kind === 'unix' ? to.path : address(to.host, to.port);
}

/** `5000`, `*:5000`, or the path of a Unix socket. */
export function bindText(bind: Bind): string {
  if (bind.kind === 'unix') return bind.path;
  return bind.host === undefined ? String(bind.port) : address(bind.host, bind.port);
}

/** The same in a sentence: `local port 5000` where `port` is “local port”, `127.0.0.2:5000`, `/run/app.sock`. */
export function bindPhrase(bind: Bind, port: string): string {
  if (bind.kind === 'unix' || !isUsual(bind.host)) return bindText(bind);
  return `${port} ${bind.port}${bind.host === '*' ? ' on all interfaces' : ''}`;
}

function isUsual(host: string | undefined): boolean {
  return host === undefined || host === 'localhost' || host === '*';
}
