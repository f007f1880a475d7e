import { withProgress } from '../asking/progress.ts';
import type { Flow } from '../context.ts';

/** Asks the program at the remote port of a row what it is. The tree shows the answer. */
export const askProgram: Flow = async ({ engine }, row) => {
  if (row?.target?.kind !== 'remotePort') return;
  const { host, port } = row.target;
  await withProgress(`Asking what listens at port ${port} of ${host}…`, () => engine.askProgram(host, port));
};
