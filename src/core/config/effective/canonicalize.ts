import dns from 'node:dns/promises';
import { abortable } from '../../../base/delay.ts';
import { UserError } from '../../../base/userError.ts';
import { canonicalAddress, looksLikeAddress } from './address.ts';
import type { ConfigProblem } from '../hostConfig.ts';
import { matchList } from '../../../base/pattern.ts';
import type { Values } from '../keywords/values.ts';

/**
 * The name to connect to. Addresses get their usual form and names lower case. Where CanonicalizeHostname asks for it,
 * CanonicalDomains complete a name (ssh_config(5)).
 *
 * @throws UserError<ConfigProblem> when DNS does not know the name and CanonicalizeFallbackLocal is off or
 *   CanonicalizePermittedCNAMEs has rules
 */
export async function canonicalize(name: string, values: Values, signal: AbortSignal): Promise<string> {
  const family = values.get('addressfamily') ?? 'any';
  const address = canonicalAddress(name, family);
  if (address !== undefined) return address;
  if (looksLikeAddress(name)) return name;
  const host = name.toLowerCase();
  const mode = values.get('canonicalizehostname');
  const isDirect = isUnset(values.get('proxycommand')) && isUnset(values.get('proxyjump'));
  const isWanted = mode === 'always' || (mode === 'true' && isDirect);
  const found = isWanted ? await completed(host, values, family, signal) : undefined;
  if (found !== undefined) return followAlias(found, values, signal);
  // A proxy may resolve a name that this machine does not know.
  if (!hasRules(values) || !(isDirect || mode === 'always')) return host;
  const isHere = await isKnown(host, family, signal);
  if (!isHere && isDirect) throw notFound(host);
  return isHere && mode !== 'false' ? followAlias(host, values, signal) : host;
}

async function completed(
  host: string,
  values: Values,
  family: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const dots = host.split('.').length - 1;
  const isAnchored = host.endsWith('.');
  if (!isAnchored && dots > Number(values.get('canonicalizemaxdots'))) return undefined;
  const domains = values.settings.get('canonicaldomains')?.words ?? [];
  const candidates = isAnchored
    ? [host.slice(0, -1)]
    : domains.filter((each) => each !== 'none').map((each) => `${host}.${each}`);
  for (const candidate of candidates) if (await isKnown(`${candidate}.`, family, signal)) return candidate;
  if (values.get('canonicalizefallbacklocal') === 'no') throw notFound(host);
  return undefined;
}

async function isKnown(name: string, family: string, signal: AbortSignal): Promise<boolean> {
  const families: Readonly<Record<string, number>> = { inet: 4, inet6: 6 };
  try {
    await abortable(dns.lookup(name, { family: families[family] ?? 0 }), signal);
    return true;
  } catch {
    signal.throwIfAborted();
    return false; // After any failure of a lookup, OpenSSH tries the next domain.
  }
}

/** Replaces an alias by its target if CanonicalizePermittedCNAMEs allows that. */
async function followAlias(name: string, values: Values, signal: AbortSignal): Promise<string> {
  if (!hasRules(values)) return name;
  const target = await aliasTarget(name, signal);
  const rules = values.settings.get('canonicalizepermittedcnames')?.words ?? [];
  const isPermitted = rules.some((rule) => {
    const [from = '', to = ''] = rule.split(/:(.*)/s);
    return matchList(name, from) === 'yes' && matchList(target, to) === 'yes';
  });
  return isPermitted ? target : name;
}

async function aliasTarget(name: string, signal: AbortSignal): Promise<string> {
  let current = name;
  for (let hops = 0; hops < 8; hops++) {
    try {
      const [next] = await abortable(dns.resolveCname(current), signal);
      if (next === undefined) return current;
      current = next;
    } catch {
      signal.throwIfAborted();
      return current; // The name is no alias, or DNS does not answer.
    }
  }
  return current;
}

/** `dnsFailed` is retried: the network may be down. */
function notFound(host: string): UserError<ConfigProblem> {
  return new UserError<ConfigProblem>({ code: 'dnsFailed', host, hostName: host });
}

function hasRules(values: Values): boolean {
  const rules = values.settings.get('canonicalizepermittedcnames')?.words ?? [];
  return rules.length > 0 && !/^none$/i.test(rules[0] ?? '');
}

function isUnset(value: string | undefined): boolean {
  return value === undefined || value.toLowerCase() === 'none';
}
