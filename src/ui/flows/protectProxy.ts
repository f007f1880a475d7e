import * as vscode from 'vscode';
import { onAllInterfaces } from '../../core/spec/bindScope.ts';
import type { Credentials } from '../../core/forward/socks.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { findHost, type ForwardState } from '../../core/session/state.ts';
import { credentialProblem } from '../../view/share.ts';
import type { Chosen } from '../commands.ts';
import type { RememberedSecrets } from '../asking/rememberedSecrets.ts';
import { confirmOpen } from './share.ts';

const title = 'Protect SOCKS Proxy with a Password';
const never = new AbortController().signal;

/** All protected proxies of a host ask for the same. An empty answer takes the protection away from this one. */
export async function protectProxyFlow(
  sessions: Sessions,
  secrets: RememberedSecrets,
  { host: { name }, forward }: Chosen,
): Promise<void> {
  const answer = await askProxyPassword(secrets, name);
  if (!answer) return;
  const forwards = sessions.forwardsOf(name);
  if (answer !== 'none') {
    await setProxyPassword(sessions, secrets, name, answer);
    if (!forward.isProtected) await forwards.protect(forward.id, true, never);
    return;
  }
  if (!forward.isProtected) return;
  const spec = forward.isSharedByHand ? onAllInterfaces(forward.spec) : forward.spec;
  if ((await confirmOpen([spec], sessions.settings().expireSharedAfterMs)) !== 'open') return;
  await forwards.protect(forward.id, false, never);
  if (protectedProxies(sessions, name).length === 0) await secrets.forgetProxyPassword(name);
}

/** Asks for what the protected proxies of a host ask for from now on. False: cancelled, or left empty. */
export async function newProxyPassword(sessions: Sessions, secrets: RememberedSecrets, host: string): Promise<boolean> {
  const answer = await askProxyPassword(secrets, host);
  if (!answer || answer === 'none') return false;
  await setProxyPassword(sessions, secrets, host, answer);
  return true;
}

async function setProxyPassword(
  sessions: Sessions,
  secrets: RememberedSecrets,
  host: string,
  credentials: Credentials,
): Promise<void> {
  await secrets.setProxyPassword(host, credentials);
  const forwards = sessions.forwardsOf(host);
  await Promise.all(protectedProxies(sessions, host).map(({ id }) => forwards.protect(id, true, never)));
}

function protectedProxies(sessions: Sessions, host: string): readonly ForwardState[] {
  return (findHost(sessions.state.get(), host)?.forwards ?? []).filter(({ isProtected }) => isProtected);
}

/** Undefined when cancelled; `none` for an empty answer. */
async function askProxyPassword(secrets: RememberedSecrets, host: string): Promise<Credentials | 'none' | undefined> {
  const known = await secrets.proxyPassword(host);
  const ask = (prompt: string, options: vscode.InputBoxOptions): Thenable<string | undefined> =>
    vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true, validateInput: credentialProblem, ...options });
  const user = await ask('User name that the proxy asks for; empty for no protection', { value: known?.user ?? '' });
  if (user === undefined) return undefined;
  if (user === '') return 'none';
  const password = await ask(`Password for ${user}; empty for no protection`, { password: true });
  if (password === undefined) return undefined;
  return password === '' ? 'none' : { user, password };
}
