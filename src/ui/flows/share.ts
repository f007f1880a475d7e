import * as vscode from 'vscode';
import { never } from '../../base/delay.ts';
import type { Engine } from '../../engine/engine.ts';
import { findHost } from '../../core/session/state.ts';
import { canCopyNetwork, canExtend, canShare, canUnshare } from '../../view/forwardActions.ts';
import { actedOn } from '../../view/script/outcome.ts';
import { confirmSharing } from '../asking/confirmOpen.ts';
import * as say from '../asking/messages.ts';
import { type Chosen, chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';
import { networkAddresses } from '../networkAddresses.ts';
import { newProxyPassword } from './protectProxy.ts';

export const shareForward: Flow = async ({ engine, secrets, settings }, row) => {
  const chosen = await chooseForward(engine.state.get(), row, { title: 'Share on the Network', can: canShare });
  const answer = chosen && (await confirmSharing(chosen.forward, settings.get().expireSharedAfterMs));
  if (!answer) return undefined;
  const { name } = chosen.host;
  if (answer === 'protect') {
    if (!(await newProxyPassword(engine, secrets, name))) return undefined;
    await engine.protectForward(name, chosen.forward.id, true, never);
  }
  await engine.shareForward(name, chosen.forward.id, true, never);
  void showReachable(engine, chosen);
  return actedOn(chosen);
};

export const unshareForward: Flow = async ({ engine }, row) => {
  const question = { title: 'Stop Sharing on the Network', can: canUnshare };
  const chosen = await chooseForward(engine.state.get(), row, question);
  if (!chosen) return undefined;
  await engine.shareForward(chosen.host.name, chosen.forward.id, false, never);
  return actedOn(chosen);
};

export const extendSharing: Flow = async ({ engine }, row) => {
  const chosen = await chooseForward(engine.state.get(), row, { title: 'Share Longer', can: canExtend });
  if (!chosen) return undefined;
  await engine.extendSharing(chosen.host.name, chosen.forward.id);
  return actedOn(chosen);
};

export const copyNetworkAddress: Flow = async ({ engine }, row) => {
  const question = { title: 'Copy Network Address', can: canCopyNetwork, onlyOne: 'take' } as const;
  const chosen = await chooseForward(engine.state.get(), row, question);
  const address = chosen && (await copyNetwork(networkAddresses(chosen.forward)));
  return address === undefined ? undefined : { kind: 'value', value: address };
};

/** Shows at which addresses other machines reach a forward now. */
async function showReachable(engine: Engine, { host, forward }: Chosen): Promise<void> {
  const now = findHost(engine.state.get(), host.name)?.forwards.find(({ id }) => id === forward.id);
  const addresses = now ? networkAddresses(now) : [];
  if (addresses.length === 0) return void (await copyNetwork(addresses));
  const copy = 'Copy Address';
  if ((await say.info(`Other machines reach it at ${addresses.join(' or ')}`, copy)) === copy)
    await copyNetwork(addresses);
}

async function copyNetwork([first]: readonly string[]): Promise<string | undefined> {
  if (first === undefined) {
    await say.info('This machine has no network address at present. Connect it to a network.');
    return undefined;
  }
  await vscode.env.clipboard.writeText(first);
  say.confirm(`Copied ${first}`);
  return first;
}
