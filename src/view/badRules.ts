import type { Settings } from '../core/session/settings.ts';

/** Which keys of the rules for ports mean nothing, for whoever wrote them; undefined when all is well. */
export function badRulesText({ portRules, hosts }: Pick<Settings, 'portRules' | 'hosts'>): string | undefined {
  const all = [portRules, ...Object.values(hosts).map((host) => host.portRules)];
  const keys = [...new Set(all.flatMap((rules) => rules?.badKeys ?? []))];
  if (keys.length === 0) return undefined;
  const [subject, have] = keys.length === 1 ? ['This rule', 'has'] : ['These rules', 'have'];
  return `${subject} for ports ${have} no effect: ${keys.map((key) => `“${key}”`).join(', ')}. A key is a port, a range, an address, a framework or a regular expression.`;
}
