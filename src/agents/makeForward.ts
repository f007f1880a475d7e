import { type ForwardRequest, requestFor } from '../core/session/forwards/forwardRequests.ts';
import { findHost, type ForwardState } from '../core/session/state.ts';
import { isWide } from '../core/spec/bindScope.ts';
import { sameSpec } from '../core/spec/sameSpec.ts';
import { ScriptError } from '../view/script/readArguments.ts';
import type { Access } from './access.ts';

/** The request for a port of the host itself: at `localPort` alone if given, else at the same number here or near it. */
export function portRequest(port: number, localPort: number | undefined): ForwardRequest {
  const request = requestFor(port, 'user');
  if (localPort === undefined) return request;
  return {
    ...request,
    spec: { ...request.spec, bind: { kind: 'tcp', host: undefined, port: localPort } },
    localPort: 'exact',
  };
}

/**
 * Makes the forward that a script or an agent wants, or takes an existing one. A forward that fails is removed: the caller
 * has the error, and the next session would otherwise try the forward again.
 *
 * @throws ScriptError; UserError<Problem>
 */
export async function makeForward(
  access: Pick<Access, 'state' | 'forward' | 'forwardPort' | 'stopForward'>,
  host: string,
  request: ForwardRequest,
  signal: AbortSignal,
): Promise<ForwardState> {
  const all = (): readonly ForwardState[] => findHost(access.state.get(), host)?.forwards ?? [];
  const before = all();
  const there = before.find((each) => isThere(each, request));
  if (there) return there;
  try {
    // For a plain port the user's rules give label, scheme and local port.
    const plain = plainPort(request);
    const made = await (plain === undefined
      ? access.forward(host, request, signal)
      : access.forwardPort(host, plain, signal));
    if (made.status.kind === 'off') throw new ScriptError('Forwarding is switched off. Switch it on first.');
    return made;
  } catch (error) {
    const failed = all().find(
      ({ id, spec, status }) =>
        sameSpec(spec, request.spec) && status.kind !== 'open' && !before.some((each) => each.id === id),
    );
    if (failed) await access.stopForward(host, failed.id);
    throw error;
  }
}

function plainPort({ spec, remotePort, localPort, label }: ForwardRequest): ForwardRequest['remotePort'] {
  const isPlain = remotePort !== undefined && sameSpec(spec, requestFor(remotePort, 'user').spec);
  return isPlain && localPort === 'near' && label === undefined ? remotePort : undefined;
}

/** Whether an open forward serves the request already. Only a request that accepts any local port can be served so. */
export function isThere({ remotePort, status }: ForwardState, request: ForwardRequest): boolean {
  const { spec, localPort } = request;
  const isAny = localPort === 'near' && request.remotePort !== undefined && spec.kind === 'local' && !isWide(spec);
  return isAny && remotePort === request.remotePort && (status.kind === 'open' || status.kind === 'elsewhere');
}
