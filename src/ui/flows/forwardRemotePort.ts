import { findHost } from '../../core/session/state.ts';
import { announcement } from '../../view/announcement.ts';
import { actedOn } from '../../view/script/outcome.ts';
import * as say from '../asking/messages.ts';
import { withProgress } from '../asking/progress.ts';
import type { Flow } from '../context.ts';

/** Forwards the remote port of a row. */
export const forwardRemotePort: Flow = async ({ engine }, row) => {
  if (row?.target?.kind !== 'remotePort') return undefined;
  const { host: name, port } = row.target;
  const forward = await withProgress(`Forwarding ${port} from ${name}…`, (signal) =>
    engine.forwardPort(name, port, signal),
  );
  const host = findHost(engine.state.get(), name);
  const isMoved = forward.status.kind === 'open' && forward.status.instead !== undefined;
  if (host && isMoved && row.from !== 'script') void say.info(announcement(host, forward));
  return host && actedOn({ host, forward });
};
