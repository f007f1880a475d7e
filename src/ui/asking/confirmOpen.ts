import { isWide, onAllInterfaces } from '../../core/spec/bindScope.ts';
import type { ForwardSpec } from '../../core/spec/spec.ts';
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
  const { what, detail, yes, protect } = shareQuestion(wide, shareMs);
  const choice = await say.ask(what, detail, ...(protect ? [protect] : []), yes);
  return choice === undefined ? undefined : choice === yes ? 'open' : 'protect';
}

/** The same question for forwards that are to be opened on all interfaces. */
export function confirmSharing(specs: readonly ForwardSpec[], shareMs: number): ReturnType<typeof confirmOpen> {
  return confirmOpen(specs.map(onAllInterfaces), shareMs);
}
