import { isLoopbackAddress } from '../spec/loopback.ts';
import { isPort } from '../spec/port.ts';

/** The fields of VS Code's `remote.portsAttributes` that forwarding honours, and one of our own. `elevateIfNeeded` is accepted and ignored. */
export interface PortAttributes {
  readonly label?: string;
  readonly onAutoForward?: 'notify' | 'openBrowser' | 'openBrowserOnce' | 'openPreview' | 'silent' | 'ignore';
  readonly protocol?: 'http' | 'https';
  /** Forward to the same local port or fail. */
  readonly requireLocalPort?: boolean;
  /** Ours: serve HTTPS before the server. */
  readonly serveHttps?: boolean;
}

/** `sshPorts.portsAttributes` and `sshPorts.otherPortsAttributes`, checked. Plain data. */
export interface PortRules {
  readonly rules: readonly PortRule[];
  /** For ports that no rule matches. */
  readonly others: PortAttributes;
  /** Invalid keys: no port, range, address, framework or regular expression. */
  readonly badKeys: readonly string[];
}

export interface PortRule {
  readonly key: RuleKey;
  readonly attributes: PortAttributes;
}

export type RuleKey =
  | { readonly kind: 'hostPort'; readonly host: string; readonly port: number }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  /** A framework's id or name, in any case. */
  | { readonly kind: 'framework'; readonly name: string }
  /** The name of a container or of a service, or a regular expression on the command line. */
  | { readonly kind: 'command'; readonly pattern: string };

/** The facts that rules match. */
export interface RuleSubject {
  readonly port: number;
  /** Where it listens, as the remote names it. */
  readonly addresses: readonly string[];
  /** What its container is called: in full, by docker or podman, and its service. Absent: it is a port of the host itself. */
  readonly containers?: readonly string[];
  readonly command?: string;
  /** Id and name of the framework, once known. */
  readonly frameworks?: readonly string[];
}

/**
 * Reads layers of settings, the most specific first (a host's own, all hosts', VS Code's): among equally exact rules the
 * first wins. A key that is no known framework is a regular expression.
 */
export function readPortRules(
  layers: readonly { readonly portsAttributes?: unknown; readonly otherPortsAttributes?: unknown }[],
  knownFrameworks: readonly string[],
): PortRules {
  const known = new Set(knownFrameworks.map((name) => name.toLowerCase()));
  const rules: PortRule[] = [];
  const badKeys: string[] = [];
  for (const { portsAttributes } of layers) {
    for (const [text, value] of entries(portsAttributes)) {
      const key = parseKey(text, known);
      if (key) rules.push({ key, attributes: parseAttributes(value) });
      else badKeys.push(text);
    }
  }
  const others = layers.map(({ otherPortsAttributes }) => parseAttributes(otherPortsAttributes));
  return { rules, others: fill(others), badKeys };
}

/** The attributes of a port: those of the most exact rule, completed by the less exact ones. */
export function attributesFor(subject: RuleSubject, { rules, others }: PortRules): PortAttributes {
  const matching = matchingRules(subject, rules);
  return matching.length > 0 ? fill(matching.map(({ attributes }) => attributes)) : others;
}

/** Whether one of the user's rules matches this port; `otherPortsAttributes` is no rule. */
export function hasRule(subject: RuleSubject, { rules }: PortRules): boolean {
  return matchingRules(subject, rules).length > 0;
}

function matchingRules(subject: RuleSubject, rules: readonly PortRule[]): PortRule[] {
  return rules.filter(({ key }) => matches(key, subject)).sort((a, b) => inexactness(a.key) - inexactness(b.key));
}

/** Most exact first: address and port, port, range (narrow before wide), framework, expression. */
function inexactness(key: RuleKey): number {
  if (key.kind === 'hostPort') return 0;
  if (key.kind === 'port') return 1;
  if (key.kind === 'range') return 2 + (key.to - key.from);
  return key.kind === 'framework' ? 100_000 : 100_001;
}

function matches(key: RuleKey, subject: RuleSubject): boolean {
  if (key.kind === 'hostPort') {
    const isThere = subject.containers ? isCalled(key.host, subject) : isAt(key.host, subject.addresses);
    return key.port === subject.port && isThere;
  }
  if (key.kind === 'port') return key.port === subject.port;
  if (key.kind === 'range') return key.from <= subject.port && subject.port <= key.to;
  if (key.kind === 'framework') return subject.frameworks?.some((name) => name.toLowerCase() === key.name) ?? false;
  if (isCalled(key.pattern, subject)) return true;
  return subject.command !== undefined && new RegExp(key.pattern).test(subject.command.slice(0, 1024));
}

function isCalled(name: string, { containers = [] }: RuleSubject): boolean {
  return containers.some((each) => each.toLowerCase() === name.toLowerCase());
}

/** A program on all addresses is at each of them; 'localhost' is every loopback address. */
function isAt(host: string, addresses: readonly string[]): boolean {
  const isIpv6 = host.includes(':');
  if (addresses.includes(host) || addresses.includes('::') || (!isIpv6 && addresses.includes('0.0.0.0'))) return true;
  return host === 'localhost' && addresses.some(isLoopbackAddress);
}

function parseKey(text: string, knownFrameworks: ReadonlySet<string>): RuleKey | undefined {
  const key = text.trim();
  if (/^\d+$/.test(key)) return isPort(Number(key)) ? { kind: 'port', port: Number(key) } : undefined;
  const [, from, to] = /^(\d+)\s*-\s*(\d+)$/.exec(key) ?? [];
  if (from !== undefined && to !== undefined) {
    const range = { from: Number(from), to: Number(to) };
    return isPort(range.from) && isPort(range.to) && range.from <= range.to ? { kind: 'range', ...range } : undefined;
  }
  const [, ipv6, name, port] =
    /^(?:\[([\da-fA-F:.]+)\]|([A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*)):(\d+)$/.exec(key) ?? [];
  if (port !== undefined) {
    const host = (ipv6 ?? name ?? '').toLowerCase();
    return isPort(Number(port)) ? { kind: 'hostPort', host, port: Number(port) } : undefined;
  }
  if (knownFrameworks.has(key.toLowerCase())) return { kind: 'framework', name: key.toLowerCase() };
  return key !== '' && isPattern(key) ? { kind: 'command', pattern: key } : undefined;
}

function isPattern(text: string): boolean {
  try {
    return Boolean(new RegExp(text));
  } catch {
    return false;
  }
}

const onAutoForward = ['notify', 'openBrowser', 'openBrowserOnce', 'openPreview', 'silent', 'ignore'] as const;

/** Ignores values of a wrong type. */
function parseAttributes(value: unknown): PortAttributes {
  const raw = Object.fromEntries(entries(value));
  const action = onAutoForward.find((each) => each === raw['onAutoForward']);
  const protocol = (['http', 'https'] as const).find((each) => each === raw['protocol']);
  return {
    ...(typeof raw['label'] === 'string' && raw['label'] !== '' && { label: raw['label'] }),
    ...(action && { onAutoForward: action }),
    ...(protocol && { protocol }),
    ...(typeof raw['requireLocalPort'] === 'boolean' && { requireLocalPort: raw['requireLocalPort'] }),
    ...(typeof raw['serveHttps'] === 'boolean' && { serveHttps: raw['serveHttps'] }),
  };
}

/** The first layer wins; the others complete it. */
function fill(layers: readonly PortAttributes[]): PortAttributes {
  return Object.assign({}, ...layers.toReversed()) as PortAttributes;
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
