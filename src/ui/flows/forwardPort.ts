import { hostOf } from '../../view/row.ts';
import { pickPort } from '../asking/pickPort.ts';
import { withProgress } from '../asking/progress.ts';
import type { Flow } from '../context.ts';
import { forwardSpecs, offerToOpen } from './forwardSpecs.ts';
import { connectTo, reachHost } from './reachHost.ts';

/** Asks for what is not known yet: the host, then the port. A pasted command says both. */
export const forwardPort: Flow = async (context, row) => {
  const { sessions } = context;
  const host = await reachHost(sessions, hostOf(row), 'Forward Port');
  if (!host) return;
  const { name } = host;
  if (host.forwards.length > 0) return forwardSpecs(context, host);
  const choice = await pickPort(sessions.state, name);
  if (choice?.kind === 'host') {
    await connectTo(sessions, choice.host);
    await forwardSpecs(context, choice.host);
  }
  if (choice?.kind === 'specs') await forwardSpecs(context, { name, forwards: choice.specs });
  if (choice?.kind === 'remotePort') {
    const forward = await withProgress(`Forwarding from ${name}…`, (signal) =>
      sessions.forwardPort(name, choice.port, signal),
    );
    await offerToOpen(sessions, name, forward);
  }
};
