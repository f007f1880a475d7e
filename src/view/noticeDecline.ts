import { type Announced, namedFramework } from '../core/policy/notices.ts';
import { findPort, type HostState } from '../core/session/state.ts';
import { programBehind } from './remotePortText.ts';

/** What “Don’t Forward” of a notice stops. RACE: the user may press it long after the forward has changed. */
export type NoticeDecline =
  /** `id`: the forward to stop. Absent when it has already stopped. */
  { readonly kind: 'declined'; readonly id?: string } | { readonly kind: 'kept'; readonly why: string };

/** Chooses the auto-forward of the notice, also while its program is away. The user's own forward stays, and so does one of another program. */
export function noticeDecline(host: HostState, announced: Announced): NoticeDecline {
  const { port } = announced;
  const forwards = host.forwards.filter(({ remotePort }) => remotePort === port);
  const forward = forwards.find(({ origin }) => origin === 'auto') ?? forwards[0];
  if (!forward) return { kind: 'declined' };
  const { id, label, origin } = forward;
  const seen = findPort(host, port);
  const name = programBehind(forward, seen);
  if (origin !== 'auto') {
    const whose = origin === 'user' ? 'you forwarded it yourself' : 'the SSH configuration forwards it';
    return { kind: 'kept', why: `${label ?? name ?? 'The server'} on ${host.name}:${port} stays forwarded: ${whose}.` };
  }
  const announcedName = namedFramework(announced)?.name;
  if (name !== undefined && announcedName !== undefined && name !== announcedName) {
    return { kind: 'kept', why: `${name} now listens on ${host.name}:${port}, and stays forwarded.` };
  }
  return { kind: 'declined', id };
}
