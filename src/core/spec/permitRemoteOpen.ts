import { splitFields } from './fields.ts';

/**
 * Whether ssh_config(5) PermitRemoteOpen lets a remote SOCKS client reach `host:port`. No rules, or `any`: everything;
 * `none`: nothing; otherwise `host:port` with `*` for either, names compared as they are written.
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
