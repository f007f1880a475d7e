import type { HostConfig } from '../config/hostConfig.ts';
import { withGatewayPorts } from '../forward/open.ts';
import { sameSpec } from '../spec/sameSpec.ts';
import type { ForwardSpec } from '../spec/spec.ts';
import type { ForwardRequest } from './forwardRequests.ts';
import { servedPort, typedRequest } from './forwardRequests.ts';
import { withLocalPort } from './localPort.ts';
import type { SavedForward } from './memory.ts';

/** What a host has as soon as it is connected: the forwards of its configuration, and those that the user had last. */
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
  const saved = remembered.map((each): ForwardRequest => ({ ...typedRequest(each.spec), ...each }));
  // The configuration says nothing of passwords: what asks for one goes on doing so.
  const isGuarded = (spec: ForwardSpec): boolean => saved.some((each) => each.isProtected && isSame(each, spec));
  const isConfigured = (request: ForwardRequest): boolean => config.forwards.some((each) => isSame(request, each));
  return [
    ...configured.filter(({ spec }) => !isGuarded(spec)),
    ...saved.filter((each) => each.isProtected || !isConfigured(each)),
  ];
}

/** What answers at another port than it asked for is saved to the configuration at that other port. */
function isSame({ spec, lastPort = 0 }: ForwardRequest, other: ForwardSpec): boolean {
  return [spec, withLocalPort(spec, lastPort)].some((each) => sameSpec(each, other));
}
