import { never } from '../../base/delay.ts';
import { canPause, canResume } from '../../view/forwardActions.ts';
import { actedOn } from '../../view/script/outcome.ts';
import { chooseForwards } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

export const pauseForward: Flow = async ({ engine }, _row, rows) => {
  const question = { title: 'Pause Forwarding', can: canPause };
  const all = await chooseForwards(engine.state.get(), rows, question);
  for (const { host, forward } of all) await engine.pauseForward(host.name, forward.id);
  return actedOn(...all);
};

export const resumeForward: Flow = async ({ engine }, _row, rows) => {
  const question = { title: 'Resume Forwarding', can: canResume };
  const all = await chooseForwards(engine.state.get(), rows, question);
  for (const { host, forward } of all) await engine.resumeForward(host.name, forward.id, never);
  return actedOn(...all);
};
