/**
 * A forward in the terms of ssh(1) -L, -R and -D, and of ssh_config(5) LocalForward, RemoteForward and DynamicForward.
 * Plain data.
 */

/** The destination of connections: a TCP host and port (1–65535), or a Unix socket. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * The address that a listener binds.
 * `host` undefined: no bind address was given; it means loopback, unless GatewayPorts widens it. `'*'`: all interfaces (an
 * empty bind address or `*`). `'localhost'`: loopback in both families. `port` 0 (-R only): the server chooses.
 */
export type Bind =
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** The arguments of kubectl-port-forward(1). */
export interface Kubectl {
  readonly options: readonly string[];
  /** `svc/web`, `pod/web-1`, `web-1`. */
  readonly target: string;
  /** A number, or the name of a port. */
  readonly port: string;
}

export type ForwardSpec =
  /** `kubectl`: it runs on the remote, and `to` names what it leads to. */
  | { readonly kind: 'local'; readonly bind: Bind; readonly to: Endpoint; readonly kubectl?: Kubectl }
  | { readonly kind: 'remote'; readonly bind: Bind; readonly to: Endpoint }
  | { readonly kind: 'dynamic'; readonly bind: Bind }
  /** `-R port` without a destination: a SOCKS proxy at the server whose connections start at this machine. */
  | { readonly kind: 'remoteDynamic'; readonly bind: Bind };
