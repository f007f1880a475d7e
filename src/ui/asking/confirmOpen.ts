import { isWide, onAllInterfaces } from '../../core/spec/bindScope.ts';
import type { ForwardSpec } from '../../core/spec/spec.ts';
import type { ForwardState } from '../../core/session/state.ts';
import { shareQuestion } from '../../view/share.ts';
import * as say from './messages.ts';

/**
 * Asks before machines other than this one can use forwards. `open`: none of them is wide, or the user agreed.
 * `protect`: open them, and let the SOCKS proxies ask for a password. Undefined: cancelled.
 */
export async function confirmOpen(
  specs: readonly ForwardSpec[],
  shareMs: number,
): Promise<'open' | 'protect' | undefined> {
  const wide = specs.filter(isWide);
  if (wide.length === 0) return 'open';
  return ask(wide, shareMs, false);
}

/** The same question for a forward that is to be opened on all interfaces. */
export async function confirmSharing(forward: ForwardState, shareMs: number): ReturnType<typeof confirmOpen> {
  return ask([onAllInterfaces(forward.spec)], shareMs, forward.isProtected === true);
}

async function ask(
  wide: readonly ForwardSpec[],
  shareMs: number,
  isProtected: boolean,
): ReturnType<typeof confirmOpen> {
  const { what, detail, yes, protect } = shareQuestion(wide, shareMs, isProtected);
  const choice = await say.ask(what, detail, ...(protect ? [protect] : []), yes);
  return choice === undefined ? undefined : choice === yes ? 'open' : 'protect';
}
