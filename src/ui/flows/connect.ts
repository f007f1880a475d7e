import { hostOf } from '../../view/row.ts';
import type { Flow } from '../context.ts';
import { forwardSpecs } from './forwardSpecs.ts';
import { reachHost } from './reachHost.ts';

/** Connects to a host. A pasted command also makes its forwards. */
export const connect: Flow = async (context, row) => {
  const host = await reachHost(context.engine, hostOf(row), 'Connect to Host');
  if (host) await forwardSpecs(context, host);
};
