import { delay } from '../../../base/delay.ts';
import type { ListenRemoteProblem } from '../../forward/dial.ts';
import type { RemoteForward } from '../../forward/remote.ts';
import type { ListenProblem } from '../../forward/listenProblem.ts';
import type { RunningForward } from '../../forward/runningForward.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import { type Problem, problemOf } from '../../problem.ts';
import type { ForwardElsewhere, OpenForward } from './forwardLife.ts';
import { effectiveSpec, type ForwardRequest } from './forwardRequests.ts';
import { localPortCandidates, localPortProblem, wantedLocalPort, withLocalPort } from './localPort.ts';
import type { OtherWindow } from '../memory/windows.ts';

/** Opens a forward. `onTrouble` tells how its latest connection fared: undefined when it succeeded. */
export type OpenSpec = (
  request: Pick<ForwardRequest, 'spec' | 'isProtected' | 'isHttps' | 'remotePort'>,
  onTrouble: (trouble: Problem | undefined) => void,
  signal: AbortSignal,
) => Promise<RunningForward | RemoteForward>;

/**
 * Finds the window that has this forward. With `pid`: asks the window of that process, which has the local `port`.
 * Without: asks all windows, for a server does not tell who has a port of the remote.
 */
export type FindWindow = (
  pid: number | undefined,
  spec: ForwardSpec,
  port: number | undefined,
) => Promise<OtherWindow | undefined>;

export interface OpenNearOptions {
  readonly request: ForwardRequest;
  /** The local port that another window has just given up; 0 for a port of the remote. */
  readonly releasedPort?: number;
  readonly open: OpenSpec;
  readonly onTrouble: (trouble: Problem | undefined) => void;
  readonly findWindow: FindWindow;
}

/** RACE: the system closes the files of a killed process one after the other, and its port may be the last of them. */
const releasedTries = 40;
const releasedRetryMs = 50;

/**
 * Opens a forward at the first candidate port that is free. Only a taken port leads to the next candidate; a port that
 * another window has for the same forward ends the search.
 *
 * @throws UserError<Problem> when no candidate is free or the forward fails for another reason; the signal's reason
 */
export async function openNear(
  { request, releasedPort, open, onTrouble, findWindow }: OpenNearOptions,
  signal: AbortSignal,
): Promise<OpenForward | ForwardElsewhere> {
  const { isProtected = false, isHttps = false, remotePort } = request;
  const place = remotePort === undefined ? {} : { remotePort };
  const spec = effectiveSpec(request);
  const wanted = wantedLocalPort(spec);
  const isFixed = wanted === undefined || request.localPort === 'exact';
  let instead: OpenForward['instead'];
  let last: unknown;
  for (const port of isFixed ? [wanted] : localPortCandidates(wanted, request.lastPort)) {
    for (let tries = (port ?? 0) === releasedPort ? releasedTries : 1; tries > 0; tries--) {
      try {
        const at = port === undefined ? spec : withLocalPort(spec, port);
        const running = await open({ spec: at, isProtected, isHttps, ...place }, onTrouble, signal);
        return { kind: 'open', running, ...(instead && { instead }) };
      } catch (error) {
        last = error;
        const why = takenProblem(error);
        if (!why) throw error;
        const owner = why.code === 'portInUse' ? why.owner?.pid : undefined;
        const mayBeElsewhere = owner !== undefined || why.code === 'remoteBindRefused';
        const window = mayBeElsewhere ? await findWindow(owner, request.spec, port) : undefined;
        if (window) return { kind: 'elsewhere', window, ...(port !== undefined && { localPort: port }) };
        if (tries > 1) await delay(releasedRetryMs, signal);
        else if (port !== undefined && port === wanted) instead = { port, why };
      }
    }
  }
  throw last;
}

/** The port is taken, here or at the remote; another window may have it. */
function takenProblem(error: unknown): ListenProblem | ListenRemoteProblem | undefined {
  const problem = problemOf(error);
  return problem.code === 'remoteBindRefused' ? problem : localPortProblem(error);
}
