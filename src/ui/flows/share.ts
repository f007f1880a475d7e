import os from 'node:os';
import * as vscode from 'vscode';
import { never } from '../../base/delay.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { findHost, localPort } from '../../core/session/state.ts';
import { canExtend, canShare, canUnshare } from '../../view/forwardActions.ts';
import { address } from '../../view/address.ts';
import { confirmSharing } from '../asking/confirmOpen.ts';
import * as say from '../asking/messages.ts';
import { type Chosen, chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';
import { newProxyPassword } from './protectProxy.ts';

export const shareForward: Flow = async ({ sessions, secrets }, row) => {
  const chosen = await chooseForward(sessions.state.get(), row, { title: 'Share on the Network', can: canShare });
  const answer = chosen && (await confirmSharing([chosen.forward.spec], sessions.settings().expireSharedAfterMs));
  if (!answer) return;
  const { name } = chosen.host;
  const forwards = sessions.forwardsOf(name);
  if (answer === 'protect') {
    if (!(await newProxyPassword(sessions, secrets, name))) return;
    await forwards.protect(chosen.forward.id, true, never);
  }
  await forwards.share(chosen.forward.id, true, never);
  await showReachable(sessions, chosen);
};

export const unshareForward: Flow = async ({ sessions }, row) => {
  const question = { title: 'Stop Sharing on the Network', can: canUnshare };
  const chosen = await chooseForward(sessions.state.get(), row, question);
  if (chosen) await sessions.forwardsOf(chosen.host.name).share(chosen.forward.id, false, never);
};

export const extendSharing: Flow = async ({ sessions }, row) => {
  const chosen = await chooseForward(sessions.state.get(), row, { title: 'Share Longer', can: canExtend });
  if (chosen) await sessions.forwardsOf(chosen.host.name).extend(chosen.forward.id);
};

/** Shows at which addresses other machines reach a forward now. */
async function showReachable(sessions: Sessions, { host, forward }: Chosen): Promise<void> {
  const now = findHost(sessions.state.get(), host.name)?.forwards.find(({ id }) => id === forward.id);
  const port = now && localPort(now);
  if (port === undefined) return;
  const addresses = Object.values(os.networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map((each) => `${forward.spec.kind === 'dynamic' ? 'socks5' : 'http'}://${address(each.address, port)}`);
  const copy = 'Copy Address';
  const [first] = addresses;
  const message = first
    ? `Other machines reach it at ${addresses.join(' or ')}`
    : 'This machine has no network address at present. Connect it to a network.';
  const choice = await say.info(message, ...(first ? [copy] : []));
  if (choice === copy && first) await vscode.env.clipboard.writeText(first);
}
