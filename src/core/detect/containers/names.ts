import { oneLine } from '../../../base/oneLine.ts';
import { isPort } from '../../spec/port.ts';
import { composeLabels } from '../script.ts';

/** One container in the output of `docker ps` or `podman ps`. */
export interface NamedContainer {
  readonly id: string;
  readonly containerName: string;
  readonly image: string;
  readonly project?: string;
  readonly service?: string;
  /** The service, with a number from its second container on: `web`, `web-2`. */
  readonly serviceName?: string;
  /** Ports of the host, each with the port of the container that it leads to. */
  readonly published: readonly Published[];
}

export interface Published {
  readonly hostPort: number;
  readonly port: number;
}

const maxContainers = 1000;

/**
 * Reads one JSON array for each container: id, names, image, ports and labels. docker gives the labels one by one, podman
 * as an object. SECURITY: the user who starts a container chooses everything but the id.
 */
export function parseNames(text: string): readonly NamedContainer[] {
  return text
    .split('\n')
    .slice(0, maxContainers)
    .flatMap((line) => {
      const [id, names, image, ports, ...rest] = array(line);
      if (!/^[\da-f]{64}$/.test(word(id))) return [];
      const [containerName = ''] = word(names).split(',');
      const labels = labelsOf(rest).map((label) => oneLine(word(label), 64));
      return {
        id: word(id),
        containerName: plainName(containerName),
        image: oneLine(word(image), 128),
        ...compose(labels),
        published: parsePublished(word(ports)),
      };
    });
}

function array(line: string): readonly unknown[] {
  if (!line.startsWith('[')) return [];
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function labelsOf(rest: readonly unknown[]): readonly unknown[] {
  const [labels] = rest;
  if (typeof labels !== 'object' || labels === null) return rest;
  const byName = new Map<string, unknown>(Object.entries(labels));
  return composeLabels.map((label) => byName.get(label));
}

function compose([project = '', service = '', number = '', oneOff = '']: readonly string[]): Pick<
  NamedContainer,
  'project' | 'service' | 'serviceName'
> {
  const name = plainName(service);
  // `docker compose run` (oneOff) starts a container that is not the service itself.
  if (name === '' || name !== service || plainName(project) !== project || /^true$/i.test(oneOff)) return {};
  const serviceName = /^(?:[2-9]|[1-9]\d{1,3})$/.test(number) ? `${name}-${number}` : name;
  return { service: name, serviceName, ...(project !== '' && { project }) };
}

/** The name if it has only characters that docker and podman allow, else empty. */
function plainName(text: string): string {
  return /^[\w.-]{1,64}$/.test(text) ? text : '';
}

/** `0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 5173/tcp, 0.0.0.0:9000-9001->9000-9001/tcp` */
function parsePublished(text: string): readonly Published[] {
  const found = new Map<string, Published>();
  for (const [, from, fromEnd, to, toEnd] of text.matchAll(
    /:(\d{1,5})(?:-(\d{1,5}))?->(\d{1,5})(?:-(\d{1,5}))?\/tcp/g,
  )) {
    const count = Math.min(Number(fromEnd ?? from) - Number(from), Number(toEnd ?? to) - Number(to), 1000);
    for (let step = 0; step <= count; step += 1) {
      const published = { hostPort: Number(from) + step, port: Number(to) + step };
      if (isPort(published.hostPort) && isPort(published.port))
        found.set(`${published.hostPort} ${published.port}`, published);
    }
  }
  return [...found.values()];
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
