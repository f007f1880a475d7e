import { canOpen } from '../forwardActions.ts';
import { forwardUrl, localAddress, remoteBindText } from '../forwardText.ts';
import { type Action, check, hasWorked, here, type Hop, isCheckable, type PathFacts, troubleOf } from './hop.ts';

/** The first hop: the program that uses the forward. */
export function userHop(facts: PathFacts): Hop {
  const { forward } = facts;
  const isUsed = hasWorked(forward);
  return {
    kind: 'user',
    ...who(facts),
    state: isUsed ? 'ok' : 'unknown',
    actions: [...open(facts), ...(isCheckable(facts) && !isUsed && !troubleOf(forward) ? [check] : [])],
  };
}

function who({ host, forward }: PathFacts): Pick<Hop, 'title' | 'place' | 'facts'> {
  const at = localAddress(forward);
  switch (forward.spec.kind) {
    case 'local': {
      const isPage = canOpen(host, forward);
      const address = isPage ? forwardUrl(host, forward) : at;
      return { title: isPage ? 'Browser' : 'Any program', place: here, facts: address ? [address] : [] };
    }
    case 'dynamic':
      return { title: 'Any program', place: here, facts: at ? [`with the proxy socks5://${at}`] : [] };
    case 'remote':
      return { title: 'Any program', place: host.name, facts: [`connects to ${remoteBindText(forward)}`] };
    case 'remoteDynamic':
      return { title: 'Any program', place: host.name, facts: [`with the proxy socks5://${remoteBindText(forward)}`] };
  }
}

function open({ host, forward }: PathFacts): readonly Action[] {
  return canOpen(host, forward) ? [{ id: 'open', label: 'Open in Browser' }] : [];
}
