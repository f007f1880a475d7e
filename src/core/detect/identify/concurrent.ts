import type { RemotePort } from '../remotePort.ts';
import { commandOf, commandScore } from './evidence.ts';
import { frameworks } from './frameworks.ts';
import type { Program } from './program.ts';

/**
 * Whether connections that are idle hold up nobody: the program has answered over HTTP, where the client speaks first, and
 * its own process says which runtime it has. What the page says is no evidence: a server that handles one connection at a
 * time may serve files that another tool has built.
 */
export function isConcurrent(remotePort: RemotePort, program: Program | undefined): boolean {
  if (program?.evidence !== 'answer' || program.scheme === undefined || remotePort.owner !== 'self') return false;
  const [word = ''] = commandOf(remotePort).split(' ', 1);
  return frameworks.some((framework) => framework.isConcurrent && commandScore(framework, word, remotePort.port) > 0);
}
