import * as vscode from 'vscode';
import type { AppState } from '../../core/session/state.ts';
import { programName } from '../../view/remotePortText.ts';
import type { Context } from '../context.ts';
import { ForwardTerminal } from './forwardTerminal.ts';

/** The `type` of the task in tasks.json. */
const type = 'sshPorts';
const matcher = '$sshPorts-forward';

/**
 * The task that forwards. It is ready when its forward answers, and the forward ends with the task. As the `preLaunchTask`
 * of a launch configuration it lets F5 debug a program of the remote.
 */
export function registerForwardTasks(context: Context): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(type, {
    provideTasks: () => devServers(context.engine.state.get()).map((definition) => taskOf(context, definition)),
    // CAUTION: VS Code drops a task whose definition is not the same object as in its request.
    resolveTask: ({ definition, name, scope }) => taskOf(context, definition, name, scope),
  });
}

/** The proposals in the list of tasks: the development servers of connected hosts. */
function devServers({ hosts }: AppState): readonly (vscode.TaskDefinition & { readonly title?: string })[] {
  return hosts.flatMap(({ name, remotePorts }) =>
    remotePorts
      .filter((seen) => seen.program?.role === 'devServer' && programName(seen) !== undefined)
      .map(({ port }) => ({ type, host: name, port })),
  );
}

function taskOf(
  context: Context,
  definition: vscode.TaskDefinition,
  name = `forward ${definition['port'] ?? definition['spec'] ?? ''} of ${definition['host'] ?? 'the host'}`,
  scope: vscode.Task['scope'] = vscode.TaskScope.Workspace,
): vscode.Task {
  // In `resolved`, variables such as ${input:…} have their values.
  const execution = new vscode.CustomExecution(async (resolved) => new ForwardTerminal(context, resolved));
  const task = new vscode.Task(definition, scope, name, type, execution, matcher);
  task.isBackground = true;
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent };
  return task;
}
