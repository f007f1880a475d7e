import { findHost, findPort } from '../../core/session/state.ts';
import { ScriptError } from '../../view/script/readArguments.ts';
import { withProgress } from '../asking/progress.ts';
import type { Flow } from '../context.ts';

/** Asks the program at the remote port of a row what it is. The tree shows the answer. */
export const askProgram: Flow = async ({ engine }, row) => {
  if (row?.target?.kind !== 'remotePort') return;
  const { host, port } = row.target;
  const isListed = findPort(findHost(engine.state.get(), host) ?? { remotePorts: [] }, port);
  if (row.from === 'script' && !isListed)
    throw new ScriptError(`Nothing is seen to listen at port ${port} of ${host}.`);
  await withProgress(`Asking what listens at port ${port} of ${host}…`, () => engine.askProgram(host, port));
};
