import type { Bind, ForwardSpec } from '../core/spec/spec.ts';
import { bindText } from './address.ts';

/** RFC 1929 §2: a user name and a password have at most 255 bytes each. */
export function credentialProblem(text: string): string | undefined {
  return new TextEncoder().encode(text).length > 255 ? 'Type a shorter text: SOCKS allows 255 bytes.' : undefined;
}

/** The question before other machines can reach forwards. `isProtected`: the SOCKS proxies ask for a password. */
export function shareQuestion(
  specs: readonly ForwardSpec[],
  shareMs: number,
  isProtected = false,
): { what: string; detail: string; yes: string; protect?: string } {
  const isRemote = specs.some(({ kind }) => kind === 'remote' || kind === 'remoteDynamic');
  const isSocks = specs.some(({ kind }) => kind === 'dynamic' || kind === 'remoteDynamic');
  const where = isRemote ? 'the remote' : 'this machine';
  const what = isSocks ? 'use it as a proxy' : 'use the server behind it';
  const login = isProtected ? 'with the user name and the password of the proxy' : 'without logging in';
  const time = timeText(shareMs);
  return {
    what: `Open ${specs.map(({ bind }) => portText(bind)).join(', ')} to the network?`,
    detail: `Anyone who can reach ${where} over the network can then ${what}, ${login}.${time ? ` The forward ends by itself after ${time}.` : ''}`,
    yes: time ? `Open for ${time}` : 'Open',
    ...(isSocks && !isProtected && { protect: 'Open with a Password…' }),
  };
}

/** Everyone knows what a port is; what `*:5000` is, few do. */
function portText(bind: Bind): string {
  const isAll = bind.kind === 'tcp' && ['*', '0.0.0.0', '::'].includes(bind.host ?? '');
  return isAll && bind.kind === 'tcp' ? `port ${bind.port}` : bindText(bind);
}

/** `1 hour`, `30 minutes`. Undefined when there is no end. */
function timeText(ms: number): string | undefined {
  const minutes = Math.round(ms / 60_000);
  if (minutes === 0) return undefined;
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
