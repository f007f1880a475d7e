import { type Field, splitFields, syntaxError } from './fields.ts';
import { readPort } from './services.ts';
import type { Bind, Endpoint, ForwardSpec } from './spec.ts';

/** The option of ssh(1) that takes the specification: -L, -R or -D. */
export type ForwardKind = 'local' | 'remote' | 'dynamic';

/** The size of sun_path on Linux without the final NUL (unix(7)). */
const maxPathBytes = 107;
/** NI_MAXHOST without the final NUL (getnameinfo(3)). */
const maxHostLength = 1024;

/**
 * Reads the argument of ssh(1) -L, -R or -D. A `remote` without a destination becomes `remoteDynamic`.
 *
 * @throws UserError<ForwardSyntaxProblem>
 */
export function parseForward(kind: ForwardKind, text: string): ForwardSpec {
  const fields = splitFields(text);
  if (kind === 'local') return { kind, ...bindAndTo(text, fields, 1) };
  if (kind === 'dynamic') return { kind, bind: onlyBind(text, fields, 1) };
  return fields.length > 2 || fields[1]?.isPath === true
    ? { kind, ...bindAndTo(text, fields, 0) }
    : { kind: 'remoteDynamic', bind: onlyBind(text, fields, 0) };
}

/** Reads the one or two arguments of ssh_config(5) LocalForward, RemoteForward and DynamicForward. */
export function parseForwardArgs(kind: ForwardKind, listen: string, connect?: string): ForwardSpec {
  if (kind === 'remote' && connect === undefined) {
    return { kind: 'remoteDynamic', bind: onlyBind(listen, splitFields(listen), 0) };
  }
  const text = connect === undefined ? listen : `${listen}:${connect}`;
  const spec = parseForward(kind, text);
  if (connect !== undefined && !('to' in spec)) throw syntaxError(text, listen.length + 1, 'destination');
  return spec;
}

/** `spec` as the argument of ssh(1) -L, -R or -D. `parseForward` reads it back to the same value. */
export function formatForward(spec: ForwardSpec): string {
  const bind = formatBind(spec.bind);
  return 'to' in spec ? `${bind}:${formatEndpoint(spec.to)}` : bind;
}

/** The destination part of a specification. */
export function formatEndpoint(to: Endpoint): string {
  return to.kind === 'unix' ? formatPath(to.path) : `${formatHost(to.host)}:${to.port}`;
}

/** `minPort` 0: the bind part may let the server choose the port. */
function bindAndTo(
  text: string,
  fields: readonly Field[],
  minPort: 0 | 1,
): { readonly bind: Bind; readonly to: Endpoint } {
  const [first, second, third, fourth] = fields;
  if (fields[4]) throw syntaxError(text, fields[4].position, 'end');
  if (first === undefined || second === undefined) throw syntaxError(text, text.length, 'destination');
  if (third === undefined) {
    if (!second.isPath) throw syntaxError(text, second.position, 'destination');
    const bind = first.isPath ? unix(text, first) : tcpBind(text, undefined, first, minPort);
    return { bind, to: unix(text, second) };
  }
  if (fourth !== undefined) {
    return { bind: tcpBind(text, first, second, minPort), to: tcpEndpoint(text, third, fourth) };
  }
  if (first.isPath) return { bind: unix(text, first), to: tcpEndpoint(text, second, third) };
  if (third.isPath) return { bind: tcpBind(text, first, second, minPort), to: unix(text, third) };
  return { bind: tcpBind(text, undefined, first, minPort), to: tcpEndpoint(text, second, third) };
}

function onlyBind(text: string, fields: readonly Field[], minPort: 0 | 1): Bind {
  const [first, second] = fields;
  if (fields[2]) throw syntaxError(text, fields[2].position, 'end');
  if (first === undefined) throw syntaxError(text, text.length, 'port');
  if (second !== undefined) return tcpBind(text, first, second, minPort);
  return first.isPath ? unix(text, first) : tcpBind(text, undefined, first, minPort);
}

function tcpBind(text: string, host: Field | undefined, port: Field, minPort: 0 | 1): Bind {
  if (host) checkHost(text, host);
  return { kind: 'tcp', host: host && bindHost(host), port: parsePort(text, port, minPort) };
}

/** ssh(1) -L: "an empty bind_address, or '*', indicates that the port should be available from all interfaces". */
export function bindHost(field: Field): string {
  return field.text === '' ? '*' : field.text;
}

function tcpEndpoint(text: string, host: Field, port: Field): Endpoint {
  checkHost(text, host);
  return { kind: 'tcp', host: host.text, port: parsePort(text, port, 1) };
}

function checkHost(text: string, host: Field): void {
  if (host.text.length > maxHostLength) throw syntaxError(text, host.position, 'shorterName');
}

function unix(text: string, field: Field): { readonly kind: 'unix'; readonly path: string } {
  if (Buffer.byteLength(field.text) > maxPathBytes) throw syntaxError(text, field.position, 'shorterName');
  return { kind: 'unix', path: field.text };
}

/** @throws UserError<ForwardSyntaxProblem> */
export function parsePort(text: string, field: Field, min: 0 | 1): number {
  const isZero = /^ *\+?0+$/.test(field.text);
  const port = isZero && min === 0 ? 0 : readPort(field.text);
  if (port === undefined) throw syntaxError(text, field.position, 'port');
  return port;
}

/** The bind part of a specification. */
export function formatBind(bind: Bind): string {
  if (bind.kind === 'unix') return formatPath(bind.path);
  return bind.host === undefined ? String(bind.port) : `${formatHost(bind.host)}:${bind.port}`;
}

function formatHost(host: string): string {
  if (/^[^[\]/\\]*:[^[\]/\\]*$/.test(host)) return `[${host}]`;
  return host.replaceAll(/[\\:[\]/ ]/g, '\\$&');
}

/** The grammar needs a slash to tell a path from a host name. */
function formatPath(path: string): string {
  return (path.includes('/') ? path : `./${path}`).replaceAll(/[\\:[\] ]/g, '\\$&');
}
