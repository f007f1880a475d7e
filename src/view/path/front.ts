import type { FrontTraffic } from '../../core/front/front.ts';
import { here, type Hop, type PathFacts } from './hop.ts';

/** The hop of the HTTPS front, if the forward has one: between our listener and the connection. */
export function frontHops({ forward: { isHttps, status } }: PathFacts): readonly Hop[] {
  if (!isHttps) return [];
  const hop = { kind: 'front', title: 'HTTPS with HTTP/2', place: here, actions: [] } as const;
  const https = status.kind === 'open' ? status.traffic.https : undefined;
  return [{ ...hop, facts: https ? trafficFacts(https) : [], state: https ? 'ok' : 'unknown' }];
}

function trafficFacts(traffic: FrontTraffic): readonly string[] {
  const { http2, http1, openRequests, totalRequests, openWebSockets, channels } = traffic;
  const protocols = [http2 > 0 && `${http2} by HTTP/2`, http1 > 0 && `${http1} by HTTP/1.1`].filter(Boolean);
  return [
    protocols.length > 0 ? `connections of browsers: ${protocols.join(', ')}` : 'no browser is connected',
    `${counted(totalRequests, 'request')}, ${openRequests} open now`,
    ...(openWebSockets > 0 ? [counted(openWebSockets, 'WebSocket')] : []),
    `${counted(channels, 'connection')} to the server, by HTTP/1.1`,
    'the port answers http as well',
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
