import { hostOf } from '../../view/row.ts';
import { pickConnectedHost } from '../asking/pickHost.ts';
import type { Flow } from '../context.ts';

export const disconnect: Flow = async ({ engine }, row) => {
  const connected = engine.state.get().hosts.filter(({ link }) => link.kind !== 'idle');
  const name = hostOf(row) ?? (await pickConnectedHost(connected, 'Disconnect from Host'));
  if (name !== undefined) await engine.disconnect(name);
};
