import { never } from '../../base/delay.ts';
import type { Engine } from '../../engine/engine.ts';
import { findHost } from '../../core/session/state.ts';
import { readDestination } from '../../core/spec/destination.ts';
import { forwardIsThere, forwardSaved } from '../../view/configChanges.ts';
import { canSave } from '../../view/forwardActions.ts';
import { actedOn } from '../../view/script/outcome.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';
import { addHostToConfig } from './addHost.ts';
import { openSshConfig } from './openSshConfig.ts';
import { isSaved } from './saveSshConfig.ts';
import * as say from '../asking/messages.ts';

/** Adds a forward to the Host block of its host. A typed host is added to the configuration first. */
export const saveForward: Flow = async ({ engine }, row) => {
  const question = { title: 'Save Forward to SSH Config', can: canSave };
  const chosen = await chooseForward(engine.state.get(), row, question);
  if (!chosen) return undefined;
  const { host, forward } = chosen;
  const known = aliasOf(engine, host.name);
  const alias = known ?? (await addHostToConfig(engine, host.name));
  if (alias === undefined) return undefined;
  const file = await engine.configFileOf(alias);
  if (!(await isSaved(file))) return undefined;
  const { wasThere, line } = await engine.saveForward(alias, forward, never);
  const text = wasThere ? forwardIsThere(alias, file, line) : forwardSaved(alias, file);
  void tell(text, file, line);
  return actedOn(chosen);
};

async function tell(text: string, file: string, line: number | undefined): Promise<void> {
  const show = 'Show';
  const choice = await say.info(text, ...(line === undefined ? [] : [show]));
  if (choice === show && line !== undefined) await openSshConfig({ file, line });
}

/** The configured host that a name means: the name itself, or the part after `me@`. */
function aliasOf(engine: Engine, name: string): string | undefined {
  const isAlias = (each: string): boolean => findHost(engine.state.get(), each)?.source.kind === 'config';
  if (isAlias(name)) return name;
  const { host } = readDestination(name);
  return isAlias(host) ? host : undefined;
}
