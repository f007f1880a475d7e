import * as vscode from 'vscode';
import { never } from '../../base/delay.ts';
import type { Credentials } from '../../core/forward/socks.ts';
import type { Engine } from '../../engine/engine.ts';
import { findHost, type ForwardState } from '../../core/session/state.ts';
import { onAllInterfaces } from '../../core/spec/bindScope.ts';
import { canProtect } from '../../view/forwardActions.ts';
import { credentialProblem } from '../../view/share.ts';
import { actedOn } from '../../view/script/outcome.ts';
import { confirmOpen } from '../asking/confirmOpen.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { RememberedSecrets } from '../asking/rememberedSecrets.ts';
import type { Context, Flow } from '../context.ts';

/** All protected proxies of a host share one user name and password. An empty answer unprotects this proxy. */
export const protectProxy: Flow = async (context, row) => {
  const { engine, secrets } = context;
  const question = { title: 'Protect SOCKS Proxy', can: canProtect, onlyOne: 'take' } as const;
  const chosen = await chooseForward(engine.state.get(), row, question);
  if (!chosen) return undefined;
  const { host, forward } = chosen;
  const answer = await askProxyPassword(secrets, host.name);
  if (!answer) return undefined;
  if (answer === 'none') {
    await unprotect(context, host.name, forward);
    return actedOn(chosen);
  }
  await setProxyPassword(engine, secrets, host.name, answer);
  if (!forward.isProtected) await engine.protectForward(host.name, forward.id, true, never);
  return actedOn(chosen);
};

/** Asks for the user name and password of a host's protected proxies. False: cancelled, or left empty. */
export async function newProxyPassword(engine: Engine, secrets: RememberedSecrets, host: string): Promise<boolean> {
  const answer = await askProxyPassword(secrets, host);
  if (!answer || answer === 'none') return false;
  await setProxyPassword(engine, secrets, host, answer);
  return true;
}

async function unprotect(
  { engine, secrets, settings }: Pick<Context, 'engine' | 'secrets' | 'settings'>,
  host: string,
  forward: ForwardState,
): Promise<void> {
  if (!forward.isProtected) return;
  const spec = forward.isSharedByHand ? onAllInterfaces(forward.spec) : forward.spec;
  if ((await confirmOpen([spec], settings.get().expireSharedAfterMs)) !== 'open') return;
  await engine.protectForward(host, forward.id, false, never);
  if (protectedProxies(engine, host).length === 0) await secrets.forgetProxyPassword(host);
}

async function setProxyPassword(
  engine: Engine,
  secrets: RememberedSecrets,
  host: string,
  credentials: Credentials,
): Promise<void> {
  await secrets.setProxyPassword(host, credentials);
  await Promise.all(protectedProxies(engine, host).map(({ id }) => engine.protectForward(host, id, true, never)));
}

function protectedProxies(engine: Engine, host: string): readonly ForwardState[] {
  return (findHost(engine.state.get(), host)?.forwards ?? []).filter(({ isProtected }) => isProtected);
}

/** Undefined when cancelled; `none` for an empty answer. */
async function askProxyPassword(secrets: RememberedSecrets, host: string): Promise<Credentials | 'none' | undefined> {
  const title = 'Protect SOCKS Proxy with a Password';
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
