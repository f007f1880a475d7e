import { hostOf } from '../../view/row.ts';
import type { Flow } from '../context.ts';
import { forwardGiven } from './forwardGiven.ts';
import { forwardSpecs } from './forwardSpecs.ts';
import { reachHost } from './reachHost.ts';

/** Connects to a host. A pasted command also makes its forwards. */
export const connect: Flow = async (context, row, _rows, given) => {
  if (given?.host !== undefined)
    return { kind: 'host', host: (await forwardGiven(context, { host: given.host })).host };
  const host = await reachHost(context.engine, hostOf(row), 'Connect to Host');
  if (!host) return undefined;
  await forwardSpecs(context, host);
  return { kind: 'host', host: host.name };
};
