import type { HostState } from '../core/session/state.ts';

/** What is left out of a host that has very many ports. */
export function limitTexts({ forwards, morePorts, isAutoForwardFull }: HostState): readonly string[] {
  const auto = forwards.filter(({ origin }) => origin === 'auto').length;
  return [
    ...(isAutoForwardFull ? [`${auto} ports are forwarded automatically. Forward further ports by hand.`] : []),
    ...(morePorts === undefined ? [] : [`${morePorts} more ports are open and not listed.`]),
  ];
}
