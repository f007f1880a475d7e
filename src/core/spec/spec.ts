/**
 * What a forward is, whoever asked for it: the terms of ssh(1) -L, -R and -D and of ssh_config(5) LocalForward,
 * RemoteForward and DynamicForward. Plain data.
 */

/** Where connections go to: a TCP host and port (1–65535), or a Unix-domain socket. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * Where connections come in.
 * `host` undefined: none was given, so loopback unless GatewayPorts says otherwise. `'*'`: all interfaces (an empty
 * bind address or `*`). `'localhost'`: loopback only, both families. `port` 0 (remote only): the server picks.
 */
export type Bind =
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export type ForwardSpec =
  | { readonly kind: 'local'; readonly bind: Bind; readonly to: Endpoint }
  | { readonly kind: 'remote'; readonly bind: Bind; readonly to: Endpoint }
  | { readonly kind: 'dynamic'; readonly bind: Bind }
  /** `-R port` without a destination: a SOCKS proxy on the remote whose connections leave from here. */
  | { readonly kind: 'remoteDynamic'; readonly bind: Bind };
