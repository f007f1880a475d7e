import { never } from '../../base/delay.ts';
import { requestAgain } from '../../core/session/forwards/forwardRequests.ts';
import type { Engine } from '../../engine/engine.ts';
import * as say from '../asking/messages.ts';
import { type Chosen, chooseForwards } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

export const stopForward: Flow = async ({ engine }, _row, rows) => {
  const chosen = await chooseForwards(engine.state.get(), rows, { title: 'Stop Forwarding' });
  await stop(engine, chosen, { undo: chosen.length > 1 });
};

export const stopAll: Flow = async ({ engine }) => {
  const { hosts } = engine.state.get();
  const all = hosts.flatMap((host) => host.forwards.map((forward) => ({ host, forward })));
  if (all.length === 0) return say.confirm('No port is forwarded');
  await stop(engine, all, { undo: true });
};

/** The command ends when the forwards have stopped. It does not wait for an answer to the message. */
async function stop(engine: Engine, chosen: readonly Chosen[], { undo }: { readonly undo: boolean }): Promise<void> {
  await Promise.all(chosen.map(({ host, forward }) => engine.stopForward(host.name, forward.id)));
  if (undo) void offerUndo(engine, chosen);
}

/** Ports and labels of several stopped forwards are not to be typed again. */
async function offerUndo(engine: Engine, chosen: readonly Chosen[]): Promise<void> {
  const undo = 'Undo';
  const text = chosen.length === 1 ? 'Stopped 1 forward.' : `Stopped ${chosen.length} forwards.`;
  if ((await say.info(text, undo)) !== undo) return;
  // A forward that fails must not keep the others away. The tree shows why.
  await Promise.allSettled(chosen.map(({ host, forward }) => engine.forward(host.name, requestAgain(forward), never)));
}
