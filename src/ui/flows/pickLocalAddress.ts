import { canCopy } from '../../view/forwardActions.ts';
import { localAddress } from '../../view/forwardText.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

/** Gives `localhost:5000` to `${command:sshPorts.pickLocalAddress}` in tasks.json and launch.json. */
export const pickLocalAddress: Flow = async ({ engine }, row) => {
  const question = { title: 'Pick Local Address', can: canCopy, onlyOne: 'take' } as const;
  const chosen = await chooseForward(engine.state.get(), row, question);
  const value = chosen && localAddress(chosen.forward);
  return value === undefined ? undefined : { kind: 'value', value };
};
