import { isPort } from '../spec/port.ts';

/**
 * The port of a loopback redirect (RFC 8252 §7.3) in the output of a tool: `redirect_uri=http://localhost:8400/…`, plain
 * or percent-encoded. The browser will return to this port, so it is forwarded for one use. No other text in a terminal
 * causes a forward. Undefined while the text ends within the number.
 */
export function oauthRedirectPort(text: string): number | undefined {
  const pattern =
    /[?&]redirect_ur[il]=http(?::|%3A)(?:\/|%2F){2}(?:localhost|127\.0\.0\.1|\[::1\]|%5B(?::|%3A){2}1%5D)(?::|%3A)(\d{1,5})(?=[^\w.-])/i;
  const port = Number(pattern.exec(text)?.[1]);
  return port >= 1024 && isPort(port) ? port : undefined;
}
