import { never } from '../../base/delay.ts';
import { canPause, canResume } from '../../view/forwardActions.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

export const pauseForward: Flow = async ({ sessions }, row) => {
  const chosen = await chooseForward(sessions.state.get(), row, { title: 'Pause Forwarding', can: canPause });
  if (chosen) await sessions.forwardsOf(chosen.host.name).pause(chosen.forward.id);
};

export const resumeForward: Flow = async ({ sessions }, row) => {
  const chosen = await chooseForward(sessions.state.get(), row, { title: 'Resume Forwarding', can: canResume });
  if (chosen) await sessions.forwardsOf(chosen.host.name).resume(chosen.forward.id, never);
};
