import * as vscode from 'vscode';
import type { PortPlace } from '../../core/detect/place.ts';
import { findHost, findPort, type ForwardState, localPort } from '../../core/session/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { attachConfiguration, debuggerAt } from '../../view/attachable.ts';
import type { Place } from '../../view/row.ts';
import { actedOn } from '../../view/script/outcome.ts';
import { ScriptError } from '../../view/script/readArguments.ts';
import * as say from '../asking/messages.ts';
import { withProgress } from '../asking/progress.ts';
import type { Flow } from '../context.ts';

const debugpy = 'ms-python.debugpy';

/** Attaches VS Code's debugger to a program of the remote, through an existing forward or a new one. */
export const attachDebugger: Flow = async ({ engine }, row) => {
  const at = placeOf(engine, row);
  const seen = at && findPort(at.host, at.port);
  const type = debuggerAt(seen);
  if (!at || !seen || !type) {
    if (row?.from === 'script') throw new ScriptError('No debugger that VS Code attaches to is seen at this port.');
    return undefined;
  }
  const { name } = at.host;
  if (type === 'debugpy' && !vscode.extensions.getExtension(debugpy)) return offerDebugpy();
  const forward =
    at.host.forwards.find((each) => each.remotePort === at.port && each.status.kind === 'open') ??
    (await withProgress(`Forwarding ${seen.port} from ${name}…`, (signal) =>
      engine.forwardPort(name, at.port, signal),
    ));
  const port = localPort(forward);
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const configuration = port === undefined ? undefined : attachConfiguration(name, seen, port, folder?.uri.fsPath);
  if (configuration) await vscode.debug.startDebugging(folder, configuration);
  return actedOn({ host: at.host, forward });
};

/** The remote port of a row, which stands for a port or for a forward to it. */
function placeOf(
  { state }: Engine,
  row: Place | undefined,
): { readonly host: NonNullable<ReturnType<typeof findHost>>; readonly port: PortPlace } | undefined {
  const target = row?.target;
  if (target?.kind !== 'remotePort' && target?.kind !== 'forward') return undefined;
  const host = findHost(state.get(), target.host);
  const port = target.kind === 'remotePort' ? target.port : portOf(host?.forwards, target.id);
  return host && port !== undefined ? { host, port } : undefined;
}

function portOf(forwards: readonly ForwardState[] = [], id: string): PortPlace | undefined {
  return forwards.find((each) => each.id === id)?.remotePort;
}

async function offerDebugpy(): Promise<undefined> {
  const find = 'Find Extension';
  const text = 'To debug Python, VS Code needs the extension Python Debugger (ms-python.debugpy).';
  if ((await say.info(text, find)) === find)
    await vscode.commands.executeCommand('workbench.extensions.search', `@id:${debugpy}`);
}
