import type { SeenPort } from '../core/session/state.ts';

/** The debuggers that VS Code attaches to, by the type of their launch configuration. */
export type DebuggerType = 'node' | 'debugpy';

/** Which debugger listens at a remote port. Undefined: none that VS Code attaches to. */
export function debuggerAt(seen: SeenPort | undefined): DebuggerType | undefined {
  if (!seen) return undefined;
  if (seen.program?.framework === 'node-inspector' || hasInspector(seen)) return 'node';
  return seen.program?.framework === 'debugpy' ? 'debugpy' : undefined;
}

/** `node --inspect` listens at port 9229 unless it is told another one (Node.js documentation, CLI). */
function hasInspector({ process, port }: SeenPort): boolean {
  return (process?.commandLine ?? []).some((word) => {
    const flag = /^--inspect(?:-brk|-wait)?(?:=(?:.*:)?(\d+))?$/u.exec(word);
    return flag !== null && Number(flag[1] ?? 9229) === port;
  });
}

/** A launch configuration. The type of VS Code's debugger decides about the rest. */
export interface AttachConfiguration {
  readonly type: DebuggerType;
  readonly request: 'attach';
  readonly name: string;
  readonly [setting: string]: unknown;
}

/**
 * The launch configuration that attaches through a forward.
 *
 * @param folder the workspace folder of this machine that holds the program's sources, if there is one
 */
export function attachConfiguration(
  host: string,
  seen: SeenPort,
  localPort: number,
  folder: string | undefined,
): AttachConfiguration | undefined {
  const type = debuggerAt(seen);
  const remoteRoot = seen.process?.workingDirectory;
  const name = `${host}:${seen.port}`;
  const roots = folder !== undefined && remoteRoot !== undefined ? { localRoot: folder, remoteRoot } : undefined;
  switch (type) {
    case undefined:
      return undefined;
    case 'node':
      return { type, request: 'attach', name, address: 'localhost', port: localPort, ...roots };
    case 'debugpy':
      return {
        type,
        request: 'attach',
        name,
        connect: { host: 'localhost', port: localPort },
        ...(roots && { pathMappings: [roots] }),
      };
  }
}
