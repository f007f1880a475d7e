import type { HostConfig } from '../../config/hostConfig.ts';
import { withGatewayPorts } from '../../forward/open.ts';
import { sameSpec } from '../../spec/sameSpec.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import type { ForwardRequest } from './forwardRequests.ts';
import { servedPort, typedRequest } from './forwardRequests.ts';
import { withLocalPort } from './localPort.ts';
import type { SavedForward } from '../memory/memory.ts';

/** The forwards that a host opens when it connects: those of its configuration, and those that the user had last. */
export function wantedForwards(
  config: Pick<HostConfig, 'forwards' | 'gatewayPorts'>,
  remembered: readonly SavedForward[],
  startConfigForwards: boolean,
): readonly ForwardRequest[] {
  const configured = config.forwards.map((spec): ForwardRequest => ({
    spec: withGatewayPorts(spec, config.gatewayPorts),
    origin: 'config',
    localPort: 'exact',
    isPaused: !startConfigForwards,
    ...servedPort(spec),
  }));
  const saved = remembered.map((each): ForwardRequest => ({ ...typedRequest(each.spec, each.remotePort), ...each }));
  // SECURITY: the configuration cannot name passwords, so the remembered forward that asks for one wins.
  const isProtected = (spec: ForwardSpec): boolean => saved.some((each) => each.isProtected && isSame(each, spec));
  const isConfigured = (request: ForwardRequest): boolean => config.forwards.some((each) => isSame(request, each));
  return [
    ...configured.filter(({ spec }) => !isProtected(spec)),
    ...saved.filter((each) => each.isProtected || !isConfigured(each)),
  ];
}

/** Also compares the last port: a forward is saved to the configuration at the port where it answered. */
function isSame({ spec, lastPort = 0 }: ForwardRequest, other: ForwardSpec): boolean {
  return [spec, withLocalPort(spec, lastPort)].some((each) => sameSpec(each, other));
}
