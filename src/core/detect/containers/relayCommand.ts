import type { RemotePort } from '../remotePort.ts';

/** Commands that relay between standard input and output and a port, the most common program of images first. */
function tools(host: string, port: number): readonly (readonly [name: string, command: string])[] {
  const socket = `s=require(\\"net\\").connect({port:${port},host:\\"${host}\\",allowHalfOpen:true})`;
  return [
    ['nc', `nc ${host} ${port}`],
    ['node', `node -e "${socket};process.stdin.pipe(s);s.pipe(process.stdout);s.on(\\"error\\",()=>process.exit(1))"`],
    ['python3', `python3 -c "${pythonRelay(host, port)}"`],
  ];
}

function pythonRelay(host: string, port: number): string {
  return [
    'import socket,threading,shutil,sys',
    `s=socket.create_connection((\\"${host}\\",${port}))`,
    'f=s.makefile(\\"rwb\\",0)',
    'up=lambda:(shutil.copyfileobj(sys.stdin.buffer.raw,f,65536),s.shutdown(1))',
    'threading.Thread(target=up,daemon=True).start()',
    'shutil.copyfileobj(f,sys.stdout.buffer.raw,65536)',
  ].join(';');
}

/**
 * The command that relays one connection to a port that the host cannot reach. The command runs in the container, so it
 * reaches the container's loopback. Its first byte says that a relay has begun. Status 126 or 127 says that the image has
 * no program that relays. Undefined if this login may not ask docker or podman about the container.
 *
 * CAUTION: each connection takes a session (sshd_config(5) MaxSessions), so only a forward by hand may use it.
 *
 * SECURITY: the command contains only an id in hexadecimal, a port number and constant text.
 */
export function relayCommand({ port, addresses, container, unreachable }: RemotePort): string | undefined {
  const { runtime, id = '', containerName } = container ?? {};
  if (!unreachable || containerName === undefined || !/^[\da-f]{12}$/.test(id)) return undefined;
  if (runtime !== 'docker' && runtime !== 'podman') return undefined;
  const host = addresses.every((address) => address === '::1') ? '::1' : '127.0.0.1';
  const tries = tools(host, port).map(
    ([name, command]) => `command -v ${name} >/dev/null && printf R && exec ${command}`,
  );
  return `exec ${runtime} exec -i ${id} sh -c '${tries.join('; ')}; exit 127'`;
}
