import { type Announced, namedFramework } from '../core/policy/notices.ts';
import type { HostState } from '../core/session/state.ts';
import { serverBehind } from './remotePortText.ts';

/** What “Don’t Forward” of a notice ends: it may be pressed long after what it speaks of has changed. */
export type NoticeDecline =
  /** `id`: the forward to end; absent where that has been done. */
  { readonly kind: 'declined'; readonly id?: string } | { readonly kind: 'kept'; readonly why: string };

/** The forward that came up by itself, even while its server is away; never the user's own, and no other server's. */
export function noticeDecline(host: HostState, announced: Announced): NoticeDecline {
  const { port } = announced;
  const forwards = host.forwards.filter(({ remotePort }) => remotePort === port);
  const forward = forwards.find(({ origin }) => origin === 'auto') ?? forwards[0];
  if (!forward) return { kind: 'declined' };
  const { id, label, origin } = forward;
  const seen = host.remotePorts.find((each) => each.port === port);
  const name = serverBehind(forward, seen);
  if (origin !== 'auto') {
    const whose = origin === 'user' ? 'you forwarded it yourself' : 'the SSH configuration forwards it';
    return { kind: 'kept', why: `${label ?? name ?? 'The server'} on ${host.name}:${port} stays: ${whose}.` };
  }
  const announcedName = namedFramework(announced)?.name;
  if (name !== undefined && announcedName !== undefined && name !== announcedName) {
    return { kind: 'kept', why: `${name} is at ${host.name}:${port} now, and stays forwarded.` };
  }
  return { kind: 'declined', id };
}
