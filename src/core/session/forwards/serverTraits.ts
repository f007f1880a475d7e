import { isConcurrent } from '../../detect/identify/concurrent.ts';
import type { PortPlace } from '../../detect/place.ts';
import { browserChannels, manyChannels, type ServerTraits } from '../../front/channelPool.ts';
import { findPort, type HostState } from '../state.ts';

/** The number and kind of connections that an HTTPS front may open to the server at a remote port. */
export function serverTraits(host: Pick<HostState, 'remotePorts'>, place: PortPlace | undefined): ServerTraits {
  const seen = findPort(host, place);
  const servesMany = seen !== undefined && isConcurrent(seen, seen.program);
  return { isTls: seen?.program?.scheme === 'https', maxChannels: servesMany ? manyChannels : browserChannels };
}
