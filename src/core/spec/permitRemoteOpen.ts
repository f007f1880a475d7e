import { splitFields } from './fields.ts';

/**
 * Whether ssh_config(5) PermitRemoteOpen lets a remote SOCKS client reach `host:port`. No rules, or `any`, permit every
 * destination; `none` permits no destination. A rule is `host:port`, with `*` for either. Names are compared as written.
 */
export function permitsRemoteOpen(rules: readonly string[], host: string, port: number): boolean {
  if (rules.length === 0) return true;
  return rules.some((rule) => {
    if (rule === 'any') return true;
    if (rule === 'none') return false;
    const [ruleHost, rulePort] = splitFields(rule);
    const isHost = ruleHost?.text === '*' || ruleHost?.text.toLowerCase() === host.toLowerCase();
    return isHost && (rulePort?.text === '*' || Number(rulePort?.text) === port);
  });
}
