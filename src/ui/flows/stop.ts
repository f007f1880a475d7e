import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

export const stopForward: Flow = async ({ sessions }, row) => {
  const chosen = await chooseForward(sessions.state.get(), row, { title: 'Stop Forwarding' });
  if (chosen) await sessions.stopForward(chosen.host.name, chosen.forward.id);
};

export const stopAll: Flow = async ({ sessions }) => {
  const { hosts } = sessions.state.get();
  await Promise.all(hosts.flatMap(({ name, forwards }) => forwards.map(({ id }) => sessions.stopForward(name, id))));
};
