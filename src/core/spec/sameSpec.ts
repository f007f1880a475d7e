import type { Bind, Endpoint, ForwardSpec } from './spec.ts';

/** Whether two specifications ask for the same forward. */
export function sameSpec(a: ForwardSpec, b: ForwardSpec): boolean {
  const [to, otherTo] = [a, b].map((each) => ('to' in each ? each.to : undefined));
  const [kubectl, otherKubectl] = [a, b].map((each) => ('kubectl' in each ? JSON.stringify(each.kubectl) : undefined));
  return a.kind === b.kind && sameAddress(a.bind, b.bind) && sameAddress(to, otherTo) && kubectl === otherKubectl;
}

export function sameAddress(a: Bind | Endpoint | undefined, b: Bind | Endpoint | undefined): boolean {
  if (a?.kind === 'tcp' && b?.kind === 'tcp') return a.host === b.host && a.port === b.port;
  if (a?.kind === 'unix' && b?.kind === 'unix') return a.path === b.path;
  return a === b;
}
