import { isProblem } from '../../../base/userError.ts';
import type { ListenProblem } from '../../forward/listenProblem.ts';
import { isPort } from '../../spec/port.ts';
import type { ForwardSpec } from '../../spec/spec.ts';

/** Local ports to try, best first: `before`, the same number as on the remote, its neighbours, any free port (0). */
export function localPortCandidates(wanted: number, before: number | undefined): readonly number[] {
  // 80 → 8080 and 443 → 8443, as people do by hand: ports below 1024 need privileges.
  const near = wanted < 1024 ? [wanted + 8000] : Array.from({ length: 9 }, (_, step) => wanted + 1 + step);
  const all = [...(before === undefined ? [] : [before]), wanted, ...near.filter(isPort), 0];
  return [...new Set(all)];
}

/** The problem that another local port would solve; undefined for any other error. */
export function localPortProblem(error: unknown): ListenProblem | undefined {
  if (!isProblem<ListenProblem>(error, 'portInUse', 'portPrivileged')) return undefined;
  return error.problem;
}

export function withLocalPort(spec: ForwardSpec, port: number): ForwardSpec {
  return spec.bind.kind === 'tcp' ? { ...spec, bind: { ...spec.bind, port } } : spec;
}

/** The local port that a specification names; undefined if it listens elsewhere or leaves the choice to the system. */
export function wantedLocalPort({ kind, bind }: ForwardSpec): number | undefined {
  if ((kind !== 'local' && kind !== 'dynamic') || bind.kind !== 'tcp' || bind.port === 0) return undefined;
  return bind.port;
}
