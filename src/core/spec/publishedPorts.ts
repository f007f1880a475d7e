/**
 * The ports of the remote that a pasted line of docker(1) or kubectl(1) publishes, as items of the port box. Undefined if
 * the line is no such line. UDP ports are left out.
 */
export function publishedPorts(line: string): readonly string[] | undefined {
  const ports = [...new Set([...dockerFlags(line), ...kubectlArguments(line), ...arrows(line)])];
  return ports.length > 0 ? ports : undefined;
}

/** `docker run -p 127.0.0.1:8080:80/tcp`: the container's port 80 is port 8080 of the remote. */
function dockerFlags(line: string): readonly string[] {
  if (!/(?:^|[\s/])(?:docker|podman|nerdctl)\s/.test(line)) return [];
  return [...line.matchAll(/\s(?:-p|--publish)(?:\s+|=)?(\S+)/g)].flatMap(([, value = '']) => {
    const [, host, ports, protocol] =
      /^["']?(?:(\[[\da-f:.]+\]|[\d.]+|localhost):)?(\d+(?:-\d+)?):\d+(?:-\d+)?(?:\/(\w+))?["']?$/i.exec(value) ?? [];
    return ports === undefined || (protocol ?? 'tcp') !== 'tcp' ? [] : [item(host, ports)];
  });
}

/** `kubectl port-forward svc/web 8080:80`: kubectl listens on port 8080 of the remote. */
function kubectlArguments(line: string): readonly string[] {
  const words = /(?:^|[\s/])(?:kubectl|oc)\s(?:.*\s)?port-forward\s(.*)$/.exec(line)?.[1]?.split(/\s+/) ?? [];
  return words.flatMap((word) => /^(\d+)(?::\w[\w-]*)?$/.exec(word)?.[1] ?? []);
}

/** `0.0.0.0:8080->80/tcp` of `docker ps`, and `Forwarding from 127.0.0.1:8080 -> 80` of kubectl. */
function arrows(line: string): readonly string[] {
  const pattern = /(?:(\[[\da-f:.]+\]|[\d.]+|::):)?(\d+(?:-\d+)?)\s*->\s*\d+(?:-\d+)?(\/udp)?/gi;
  return [...line.matchAll(pattern)].flatMap(([, host, ports = '', udp]) => (udp ? [] : [item(host, ports)]));
}

function item(host: string | undefined, ports: string): string {
  return host === undefined || /^(?:0\.0\.0\.0|127\.0\.0\.1|\[?::1?\]?)$/.test(host) ? ports : `${host}:${ports}`;
}
