import { containerAt, portAt, type PortPlace } from '../../core/detect/place.ts';
import { relayCommand } from '../../core/detect/containers/relayCommand.ts';
import { findPort } from '../../core/session/state.ts';
import { containerTitle } from '../containerTitle.ts';
import { unreachableOf } from '../problem/containers.ts';
import { programName } from '../remotePortText.ts';
import { fault, hasWorked, type Hop, type PathFacts, troubleOf } from './hop.ts';

/** The last hops of a forward into a container: the container, and the server in it. */
export function containerHops(path: PathFacts, place: PortPlace): readonly Hop[] {
  const { host, forward } = path;
  const name = containerAt(place) ?? '';
  const title = containerTitle(name);
  const isSeen = host.link.kind === 'online' && host.detection.kind === 'watching';
  const container = host.remotePorts.find((each) => each.container?.name === name)?.container;
  const seen = findPort(host, place);
  // A published port is listed as a port of the host.
  const isPublished = host.remotePorts.some(({ published }) => published?.container === name);
  const unreachable = seen && unreachableOf(seen);
  const gone = fault({ code: 'containerGone', container: name });
  const addresses = container?.addresses ?? [];
  const inside: Hop = {
    kind: 'container',
    title: 'Container',
    place: title,
    facts: [title, ...(container?.image ? [container.image] : []), ...addresses],
    ...(container || isPublished || !isSeen ? { state: isSeen ? 'ok' : 'unknown' } : { state: 'broken', fault: gone }),
    actions: [],
  };
  const trouble = troubleOf(forward);
  const why =
    unreachable && !relayCommand(seen)
      ? { code: 'containerUnreachable', what: unreachable.what, next: unreachable.next }
      : container && isSeen && !seen
        ? nothingListens(portAt(place), title)
        : trouble && fault(trouble);
  const server: Hop = {
    kind: 'target',
    title: (seen && programName(seen)) ?? 'Server',
    place: title,
    facts: [`port ${portAt(place)}`, ...(seen && relayCommand(seen) ? [`relayed by ${container?.runtime} exec`] : [])],
    ...(why && container ? { state: 'broken', fault: why } : { state: hasWorked(forward) ? 'ok' : 'unknown' }),
    actions: [],
  };
  return [inside, server];
}

function nothingListens(port: number, title: string): NonNullable<Hop['fault']> {
  return {
    code: 'nothingListens',
    what: `Nothing listens on port ${port} in ${title}.`,
    next: 'Start the server there. The forward then works without another step.',
  };
}
