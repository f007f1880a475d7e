import { never } from '../../base/delay.ts';
import { canServeHttps, canStopHttps } from '../../view/forwardActions.ts';
import { actedOn } from '../../view/script/outcome.ts';
import { chooseForwards } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

export const serveHttps: Flow = async ({ engine }, _row, rows) => {
  const question = { title: 'Serve over HTTPS', can: canServeHttps };
  const all = await chooseForwards(engine.state.get(), rows, question);
  for (const { host, forward } of all) await engine.serveHttps(host.name, forward.id, true, never);
  return actedOn(...all);
};

export const stopHttps: Flow = async ({ engine }, _row, rows) => {
  const question = { title: 'Stop Serving over HTTPS', can: canStopHttps };
  const all = await chooseForwards(engine.state.get(), rows, question);
  for (const { host, forward } of all) await engine.serveHttps(host.name, forward.id, false, never);
  return actedOn(...all);
};
