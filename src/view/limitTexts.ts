import type { HostState } from '../core/session/state.ts';

/** Notes for a host with very many ports, which are not all listed or forwarded. */
export function limitTexts({ forwards, morePorts, isAutoForwardFull }: HostState): readonly string[] {
  const auto = forwards.filter(({ origin }) => origin === 'auto').length;
  return [
    ...(isAutoForwardFull ? [`${auto} ports are forwarded automatically. Forward further ports by hand.`] : []),
    ...(morePorts === undefined ? [] : [`${morePorts} more ports are open and not listed.`]),
  ];
}
