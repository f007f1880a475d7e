import { withoutPrompt } from './commandLine.ts';
import { type Field, splitFields, syntaxError } from './fields.ts';
import { bindHost, parseForward, parsePort } from './grammar.ts';
import { withHome } from './home.ts';
import { kubectlForwards } from './kubectl.ts';
import { publishedPorts } from './publishedPorts.ts';
import type { ForwardSpec } from './spec.ts';

/** More ports than this in one line of input are a typing error. */
const maxPorts = 256;

/**
 * Reads what a person types or pastes to forward ports to this machine: `8080`, `8000:8080`, `db.internal:5432`, every
 * argument of -L, ranges (`9090-9092`, `10000-10002:10010-10012`), several of these between commas, several ports between
 * blanks, a line with the address of a page, a command that publishes ports, or `kubectl port-forward`.
 *
 * @throws UserError<CommandProblem | ForwardSyntaxProblem>
 */
export function parsePortInput(text: string): readonly ForwardSpec[] {
  // A terminal's output may contain colours (ECMA-48 SGR).
  const line = withoutPrompt(text.replaceAll(/\x1b\[[\d;]*m/g, '')).trim();
  const page = parsePageAddress(line);
  if (page) return [page];
  const ofKubectl = kubectlForwards(line);
  if (ofKubectl) return ofKubectl;
  const specs = (publishedPorts(line) ?? itemsOf(line)).flatMap(parsePortItem);
  if (specs.length > maxPorts) throw syntaxError(text, 0, 'fewerPorts');
  for (const { to } of specs.filter((spec) => spec.kind === 'local')) {
    if (to.kind === 'tcp' && /[\s/]/.test(to.host)) throw syntaxError(text, 0, 'hostName');
  }
  return specs;
}

/** CAUTION: a server that listens on all interfaces prints `http://0.0.0.0:8000/`, an address that no client can use. */
function parsePageAddress(line: string): ForwardSpec | undefined {
  const text = /\bhttps?:\/\/[^\s"'`<>()]+/i.exec(line)?.[0].replace(/[.,;:]+$/, '');
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port } = new URL(text);
  const host = hostname.replace(/^\[|\]$/g, '');
  const field = { text: port || protocol.slice(0, -1), isPath: false, position: 0 };
  const [spec] = range(text, { listen: field, host: /^(?:0\.0\.0\.0|::)$/.test(host) ? '' : host, port: field });
  return spec;
}

/** Blanks separate ports and ranges only: `5000 localhost:5000` may mean one forward or two. */
function itemsOf(line: string): readonly string[] {
  return line.split(',').flatMap((part) => {
    const words = part.trim().split(/\s+/);
    return words.every((word) => /^\d+(?:-\d+)?(?::\d+(?:-\d+)?)?(?:\/tcp)?$/i.test(word)) ? words : [part.trim()];
  });
}

function parsePortItem(item: string): readonly ForwardSpec[] {
  const text = item.replace(/^([^/]*\d)\/tcp$/i, '$1');
  if (/^[^/]*\d\/udp$/i.test(text)) throw syntaxError(text, text.lastIndexOf('/'), 'port');
  const fields = splitFields(text);
  const [first, second, third, fourth] = fields;
  if (fields.some((field) => field.isPath)) return [withHome(parseForward('local', text))];
  if (first === undefined || fields.length > 4) throw syntaxError(text, fields[4]?.position ?? 0, 'port');
  if (second === undefined) return range(text, { listen: first, host: 'localhost', port: first });
  if (third === undefined) {
    return isPortOrRange(first)
      ? range(text, { listen: first, host: 'localhost', port: second })
      : range(text, { listen: second, host: first.text, port: second });
  }
  if (fourth === undefined) return range(text, { listen: first, host: second.text, port: third });
  return range(text, { bindHost: bindHost(first), listen: second, host: third.text, port: fourth });
}

function range(
  text: string,
  parts: { readonly bindHost?: string; readonly listen: Field; readonly host: string; readonly port: Field },
): readonly ForwardSpec[] {
  const listen = portRange(text, parts.listen);
  const ports = portRange(text, parts.port);
  if (listen.count !== ports.count) throw syntaxError(text, parts.port.position, 'equalRange');
  if (listen.count > maxPorts) throw syntaxError(text, parts.listen.position, 'fewerPorts');
  return Array.from({ length: listen.count }, (_, index) => ({
    kind: 'local',
    bind: { kind: 'tcp', host: parts.bindHost, port: listen.first + index },
    to: { kind: 'tcp', host: parts.host || 'localhost', port: ports.first + index },
  }));
}

function portRange(text: string, field: Field): { readonly first: number; readonly count: number } {
  const [, low, high] = /^(\d+)-(\d+)$/.exec(field.text) ?? [];
  if (low === undefined || high === undefined) return { first: parsePort(text, field, 1), count: 1 };
  const first = parsePort(text, { ...field, text: low }, 1);
  const count = parsePort(text, { ...field, text: high }, 1) - first + 1;
  if (count < 1) throw syntaxError(text, field.position, 'equalRange');
  return { first, count };
}

function isPortOrRange(field: Field): boolean {
  return /^\d+(-\d+)?$/.test(field.text);
}
