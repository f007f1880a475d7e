/** The machine that a window is on, where VS Code forwards by itself. */
export interface RemoteMachine {
  /** For people: `devbox`, `WSL`. */
  readonly name: string;
  /** As after `ssh`. Absent where no host of ours can be meant. */
  readonly host?: string;
}

/** `vscode.env.remoteName`, and how people call it. Another name is that of a server which gives the whole editor. */
const kinds: Readonly<Record<string, string>> = {
  'ssh-remote': 'the SSH host',
  wsl: 'WSL',
  'dev-container': 'the dev container',
  'attached-container': 'the container',
  'k8s-container': 'the container',
  codespaces: 'the codespace',
  tunnel: 'the tunnel’s machine',
};

/**
 * @param remoteName `vscode.env.remoteName`
 * @param authorities of the URIs of the workspace: `ssh-remote+devbox`
 */
export function remoteMachine(
  remoteName: string | undefined,
  authorities: readonly string[],
): RemoteMachine | undefined {
  const name = remoteName === undefined ? undefined : kinds[remoteName];
  if (name === undefined) return undefined;
  const prefix = 'ssh-remote+';
  const authority = authorities.find((each) => each.startsWith(prefix));
  const host = authority === undefined ? undefined : sshHost(authority.slice(prefix.length));
  return host === undefined ? { name } : { name: host, host };
}

/** Remote-SSH writes a host with unusual signs as hexadecimal JSON. */
function sshHost(text: string): string | undefined {
  if (!/^(?:[0-9a-f]{2})+$/u.test(text)) return decodeURIComponent(text);
  try {
    const json = new TextDecoder().decode(
      Uint8Array.from(text.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16)),
    );
    const { hostName, user, port } = JSON.parse(json) as Record<string, string | number | undefined>;
    if (typeof hostName !== 'string') return undefined;
    return `${user === undefined ? '' : `${user}@`}${hostName}${port === undefined ? '' : `:${port}`}`;
  } catch {
    return text; // a host that is called `cafe`
  }
}

/** What the user reads once for each machine. */
export function remoteWindowText({ name, host }: RemoteMachine): string {
  return host === undefined
    ? `VS Code forwards the ports of ${name} itself. SSH Ports is for your SSH hosts.`
    : `This window is on ${host}, and VS Code forwards the ports of ${host} itself. SSH Ports leaves them to VS Code, and forwards those of your other hosts.`;
}
