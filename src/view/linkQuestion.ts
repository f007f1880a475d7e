import { findHost, type AppState } from '../core/session/state.ts';
import type { Link } from './script/readLink.ts';

/** The question before a link takes effect. */
export function linkQuestion(
  state: AppState,
  { host: name, port }: Link,
): { readonly what: string; readonly detail: string } {
  const host = findHost(state, name);
  const first =
    host?.link.kind === 'online'
      ? `${name} is connected.`
      : host
        ? `SSH Ports connects to your host ${name} first.`
        : `SSH Ports logs in at ${name} first. This host is not in your list: anybody may have put it into the link.`;
  return {
    what: `A link asks to forward port ${port} of ${name} to this machine.`,
    detail: `${first} Then localhost:${port} of this machine, or a port near it, leads to port ${port} of ${name}. Other machines do not reach it. Nothing is opened in the browser.`,
  };
}
