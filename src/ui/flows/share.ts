import os from 'node:os';
import * as vscode from 'vscode';
import { isWide, onAllInterfaces } from '../../core/spec/bindScope.ts';
import type { ForwardSpec } from '../../core/spec/spec.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { findHost, localPort } from '../../core/session/state.ts';
import { address } from '../../view/address.ts';
import { shareQuestion } from '../../view/share.ts';
import type { Chosen } from '../commands.ts';
import * as say from '../asking/messages.ts';

/**
 * Asks before forwards are opened to more than this machine; `open` at once when none of them is. `protect`: open, but
 * the SOCKS proxies ask for a password. Undefined: cancelled.
 */
export async function confirmOpen(
  specs: readonly ForwardSpec[],
  shareMs: number,
): Promise<'open' | 'protect' | undefined> {
  const wide = specs.filter(isWide);
  if (wide.length === 0) return 'open';
  const { what, detail, yes, protect } = shareQuestion(wide, shareMs);
  const choice = await say.ask(what, detail, ...(protect ? [protect] : []), yes);
  return choice === undefined ? undefined : choice === yes ? 'open' : 'protect';
}

export function confirmSharing(specs: readonly ForwardSpec[], shareMs: number): ReturnType<typeof confirmOpen> {
  return confirmOpen(specs.map(onAllInterfaces), shareMs);
}

/** Shows under which addresses other machines reach a forward now. */
export async function showReachable(sessions: Sessions, { host, forward }: Chosen): Promise<void> {
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
    ? `Others reach it at ${addresses.join(' or ')}`
    : 'This machine has no network address at present.';
  const choice = await say.info(message, ...(first ? [copy] : []));
  if (choice === copy && first) await vscode.env.clipboard.writeText(first);
}
