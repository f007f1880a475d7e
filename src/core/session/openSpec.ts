import type { Dial, ListenRemote } from '../forward/dial.ts';
import { openDynamicForward } from '../forward/dynamic.ts';
import type { OpenForward } from '../forward/forward.ts';
import { openLocalForward } from '../forward/local.ts';
import { openRemoteForward, type RemoteForward } from '../forward/remote.ts';
import type { ForwardSpec } from '../forward/spec.ts';
import type { Problem } from '../problem.ts';

export interface SpecHooks {
  readonly dial: Dial;
  readonly listenRemote: ListenRemote;
  /** How the latest connection fared: undefined when it came through. */
  readonly onTrouble: (trouble: Problem | undefined) => void;
}

/** Opens a forward of any kind. Remote ones have to be attached to each new link. */
export function openSpec(
  spec: ForwardSpec,
  { dial, listenRemote, onTrouble }: SpecHooks,
  signal: AbortSignal,
): Promise<OpenForward | RemoteForward> {
  const onProblem = onTrouble;
  const telling: Dial = async (to, dialSignal) => {
    const stream = await dial(to, dialSignal);
    onTrouble(undefined);
    return stream;
  };
  switch (spec.kind) {
    case 'local':
      return openLocalForward({ spec, dial: telling, onProblem }, signal);
    case 'dynamic':
      return openDynamicForward({ spec, dial: telling, onProblem }, signal);
    case 'remote':
    case 'remoteDynamic':
      return openRemoteForward({ spec, onProblem }, listenRemote, signal);
  }
}
