import { hostOf } from '../../view/row.ts';
import { pickPort } from '../asking/pickPort.ts';
import { withProgress } from '../asking/progress.ts';
import type { Context, Flow } from '../context.ts';
import { forwardedBy, forwardGiven } from './forwardGiven.ts';
import { forwardSpecs, offerToOpen } from './forwardSpecs.ts';
import { connectTo, reachHost } from './reachHost.ts';

/** Asks for what is not known yet: the host, then the port. A single connected host is known. */
export const forwardPort: Flow = async (context, row, _rows, given) => {
  if (given?.port !== undefined || given?.spec !== undefined) return forwardedBy(await forwardGiven(context, given));
  const connected = context.engine.state.get().hosts.filter(({ link }) => link.kind === 'online');
  const [only] = connected;
  if (row || !only || connected.length > 1) return forwardFrom(context, hostOf(row));
  await askPort(context, only.name, 'anotherHost');
};

/** A pasted command, and ports that the user typed before the host, say everything at once. */
async function forwardFrom(context: Context, name: string | undefined): Promise<void> {
  const host = await reachHost(context.engine, name, 'Forward Port');
  if (!host) return;
  if (host.forwards.length > 0) return forwardSpecs(context, host);
  await askPort(context, host.name, 'thisHost');
}

async function askPort(context: Context, name: string, others: 'anotherHost' | 'thisHost'): Promise<void> {
  const { engine } = context;
  const choice = await pickPort(engine.state, name, others);
  switch (choice?.kind) {
    case undefined:
      return;
    case 'anotherHost':
      return forwardFrom(context, undefined);
    case 'host':
      await connectTo(engine, choice.host);
      return forwardSpecs(context, choice.host);
    case 'specs':
      return forwardSpecs(context, { ...choice, name, forwards: choice.specs });
    case 'remotePort': {
      const forward = await withProgress(`Forwarding ${choice.port} from ${name}…`, (signal) =>
        engine.forwardPort(name, choice.port, signal),
      );
      return offerToOpen(engine, name, forward);
    }
  }
}
