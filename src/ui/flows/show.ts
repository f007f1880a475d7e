import { actedOn } from '../../view/script/outcome.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

export const showPath: Flow = async (context, row) => {
  const question = { title: 'Show Path', onlyOne: 'take' } as const;
  const chosen = await chooseForward(context.engine.state.get(), row, question);
  if (!chosen) return undefined;
  await context.showPath(chosen);
  return actedOn(chosen);
};

export const showLog: Flow = async ({ log }) => log.show();
