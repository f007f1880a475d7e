import type { Settings } from '../core/session/settings.ts';

/** Names the keys of the port rules that have no meaning. Undefined when every key has one. */
export function badRulesText({ portRules, hosts }: Pick<Settings, 'portRules' | 'hosts'>): string | undefined {
  const all = [portRules, ...Object.values(hosts).map((host) => host.portRules)];
  const keys = [...new Set(all.flatMap((rules) => rules?.badKeys ?? []))];
  if (keys.length === 0) return undefined;
  const [subject, have] = keys.length === 1 ? ['This port rule', 'has'] : ['These port rules', 'have'];
  return `${subject} ${have} no effect: ${keys.map((key) => `“${key}”`).join(', ')}. Correct the key: it must be a port, a range, an address, a framework or a regular expression.`;
}
