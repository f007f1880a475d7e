import { never } from '../../base/delay.ts';
import { canPause, canResume } from '../../view/forwardActions.ts';
import { chooseForwards } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

export const pauseForward: Flow = async ({ engine }, _row, rows) => {
  const question = { title: 'Pause Forwarding', can: canPause };
  for (const chosen of await chooseForwards(engine.state.get(), rows, question))
    await engine.pauseForward(chosen.host.name, chosen.forward.id);
};

export const resumeForward: Flow = async ({ engine }, _row, rows) => {
  const question = { title: 'Resume Forwarding', can: canResume };
  for (const chosen of await chooseForwards(engine.state.get(), rows, question))
    await engine.resumeForward(chosen.host.name, chosen.forward.id, never);
};
