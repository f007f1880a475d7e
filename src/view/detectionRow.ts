import type { HostState } from '../core/session/state.ts';
import { note } from './note.ts';
import type { Row } from './row.ts';

/** Why a connected host lists no ports, and what to do about it. Undefined if it lists ports. */
export function detectionRow(host: HostState, isEmpty: boolean): Row | undefined {
  const { detection, remotePorts } = host;
  switch (detection.kind) {
    case 'off':
    case 'starting':
      return isEmpty
        ? note(`note:${host.name}`, 'info', undefined, 'Looking for servers…', 'Looking for servers…')
        : undefined;
    case 'watching':
      if (!isEmpty) return undefined;
      return nextStep(host, {
        label: `Nothing${remotePorts.length > 0 ? ' else' : ''} listens yet`,
        description: 'start a server on the host',
        hint: 'Start a server on the host: it appears here.',
      });
    case 'unavailable':
      return nextStep(host, {
        label: 'Servers cannot be detected',
        description: unavailable[detection.reason],
        hint: `SSH Ports cannot list the ports of ${host.name}: ${unavailable[detection.reason]}. Forward Port works.`,
      });
  }
}

const unavailable = {
  noShell: 'this login has no shell',
  noTool: 'the remote has no tool that lists ports',
  timeout: 'the remote did not answer in time',
  failed: 'the remote failed to list its ports',
} as const;

interface Hint {
  readonly label: string;
  readonly description: string;
  readonly hint: string;
}

/** A note whose click and button ask for a port. */
function nextStep({ name }: HostState, { label, description, hint }: Hint): Row {
  return {
    ...note(`note:${name}`, 'info', undefined, label, `${hint}\nClick to forward a port that is not listed`),
    description,
    context: 'note ports',
    target: { kind: 'host', host: name },
    click: 'forwardPort',
  };
}
