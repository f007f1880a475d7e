import { never } from '../../base/delay.ts';
import { canPause, canResume } from '../../view/forwardActions.ts';
import { chooseForwards } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

export const pauseForward: Flow = async ({ sessions }, _row, rows) => {
  const question = { title: 'Pause Forwarding', can: canPause };
  for (const chosen of await chooseForwards(sessions.state.get(), rows, question))
    await sessions.forwardsOf(chosen.host.name).pause(chosen.forward.id);
};

export const resumeForward: Flow = async ({ sessions }, _row, rows) => {
  const question = { title: 'Resume Forwarding', can: canResume };
  for (const chosen of await chooseForwards(sessions.state.get(), rows, question))
    await sessions.forwardsOf(chosen.host.name).resume(chosen.forward.id, never);
};
