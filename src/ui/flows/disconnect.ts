import { hostOf } from '../../view/row.ts';
import { pickConnectedHost } from '../asking/pickHost.ts';
import type { Flow } from '../context.ts';

export const disconnect: Flow = async ({ sessions }, row) => {
  const connected = sessions.state.get().hosts.filter(({ link }) => link.kind !== 'idle');
  const name = hostOf(row) ?? (await pickConnectedHost(connected, 'Disconnect from Host'));
  if (name !== undefined) await sessions.disconnect(name);
};
