import * as vscode from 'vscode';
import { never } from '../../base/delay.ts';
import { withLocalPort } from '../../core/session/forwards/localPort.ts';
import type { Engine } from '../../engine/engine.ts';
import { type ForwardState, localPort } from '../../core/session/state.ts';
import type { ActionId } from '../../view/path/hop.ts';
import type { Chosen } from '../asking/pickForward.ts';

/** Runs a button of the Path view. Resolves to the forward that replaced this one, if any. */
export async function runPathAction(
  engine: Engine,
  chosen: Chosen,
  action: ActionId,
): Promise<ForwardState | undefined> {
  const { host, forward } = chosen;
  const run = async (command: string): Promise<undefined> => {
    await vscode.commands.executeCommand(`sshPorts.${command}`, {
      target: { kind: 'forward', host: host.name, id: forward.id },
    });
  };
  switch (action) {
    case 'changeLocalPort':
    case 'connect':
    case 'openConfig':
    case 'showLog':
      return run(action);
    case 'open':
      return run('openInBrowser');
    case 'resume':
      return run('resumeForward');
    case 'switchOn':
      await engine.setForwarding(true);
      return undefined;
    case 'retry':
      await engine.refresh();
      return undefined;
    case 'check':
      await engine.checkForward(forward, never);
      return undefined;
    default:
      return forwardOther(engine, chosen, Number(action.slice('forwardOther:'.length)));
  }
}

/** Points the same local port to another port of the host. */
async function forwardOther(
  engine: Engine,
  { host, forward }: Chosen,
  port: number,
): Promise<ForwardState | undefined> {
  const { spec, label } = forward;
  if (spec.kind !== 'local') return undefined;
  const local = localPort(forward);
  const here = local === undefined ? spec : withLocalPort(spec, local);
  await engine.stopForward(host.name, forward.id);
  return engine.forward(
    host.name,
    {
      spec: { ...spec, bind: here.bind, to: { kind: 'tcp', host: 'localhost', port } },
      origin: 'user',
      localPort: 'near',
      remotePort: port,
      ...(label !== undefined && { label }),
    },
    never,
  );
}
