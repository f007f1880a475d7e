import { relayCommand } from '../../core/detect/containers/relayCommand.ts';
import type { Unreachable } from '../../core/detect/containers/container.ts';
import type { SeenPort } from '../../core/session/state.ts';
import { containerTitle } from '../containerTitle.ts';
import type { Texts } from './texts.ts';

/** Ports in the networks of containers and pods. */
export const containerTexts: Texts<
  | 'containerGone'
  | 'containerRelayFailed'
  | 'containerUnreachable'
  | 'containerWithoutRelay'
  | 'kubectlFailed'
  | 'kubectlMissing'
> = {
  containerGone: ({ container }) => ({
    brief: 'container not found',
    what: `The container ${containerTitle(container)} is not there, or nothing listens in it.`,
    next: 'Start it. The forward then works without another step.',
  }),
  containerUnreachable: ({ container, port, why }) => unreachableText(port, containerTitle(container), why),
  containerWithoutRelay: ({ container }) => ({
    brief: 'no relay in the image',
    what: `The image of ${containerTitle(container)} has none of nc, node and python3, so nothing relays to its own 127.0.0.1.`,
    next: 'Let the server listen on 0.0.0.0 in the container, or add one of these programs to the image.',
  }),
  containerRelayFailed: ({ container, detail }) => ({
    brief: 'relay failed',
    what: `The relay in ${containerTitle(container)} failed: ${detail || 'it ended without a word'}.`,
    next: 'Let the server listen on 0.0.0.0 in the container.',
  }),
  kubectlMissing: () => ({
    brief: 'no kubectl',
    what: 'The forward needs kubectl on the host, and its PATH has none for this login.',
    next: 'Install kubectl there, or connect to a host that has it.',
  }),
  kubectlFailed: ({ target, detail }) => ({
    brief: 'kubectl failed',
    what: `kubectl does not forward ${target}: ${detail || 'it ended without a word'}.`,
    next: 'Run the kubectl command in a terminal of the host.',
  }),
};

/** The same for a remote port; undefined if the host reaches the port. */
export function unreachableOf(seen: SeenPort): ReturnType<typeof unreachableText> | undefined {
  const { port, container, unreachable } = seen;
  if (!container || !unreachable) return undefined;
  const text = unreachableText(port, containerTitle(container.name), unreachable);
  if (relayCommand(seen) === undefined) return text;
  const relay = `A forward of it relays each connection by ${container.runtime} exec, in a session of its own.`;
  return { ...text, next: `${relay} ${text.next}` };
}

/** Why a connection from the host does not reach a port of a container, and what to do about it. */
function unreachableText(
  port: number,
  title: string,
  why: Unreachable,
): { readonly brief: string; readonly what: string; readonly next: string } {
  switch (why) {
    case 'ownLoopback':
      return {
        brief: 'on its own 127.0.0.1 only',
        what: `The server at port ${port} of ${title} listens on the container’s own 127.0.0.1, which the host does not reach.`,
        next: 'Let it listen on 0.0.0.0 in the container.',
      };
    case 'noRoute':
      return {
        brief: 'no route to the container',
        what: `The host has no route to the network of ${title}, as with rootless containers.`,
        next: `Publish the port: add -p ${port}:${port}, or a line under ports: in the compose file.`,
      };
  }
}
