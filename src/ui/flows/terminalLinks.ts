import path from 'node:path';
import * as vscode from 'vscode';
import { readRunning, readTypedForwards, type RunningCommand } from '../../core/config/typed.ts';
import { findHost } from '../../core/session/state.ts';
import { linkTooltip, type PageLink, pageLinks } from '../../view/terminalLinks.ts';
import type { Context } from '../context.ts';
import { guard } from '../guard.ts';
import { forwardSpecs } from './forwardSpecs.ts';
import { connectTo } from './reachHost.ts';

interface RemoteLink extends vscode.TerminalLink {
  readonly page: PageLink;
  readonly ssh: RunningCommand;
}

/**
 * In a terminal that runs `ssh HOST`, an address such as http://localhost:5000 means that host. Its link forwards the port
 * and opens the page. The command of a terminal is known if shell integration works, or if the terminal runs `ssh` in place
 * of a shell.
 */
export function registerTerminalLinks(context: Context): vscode.Disposable {
  const running = new Map<vscode.Terminal, string>();
  const provider: vscode.TerminalLinkProvider<RemoteLink> = {
    provideTerminalLinks: ({ terminal, line }) => {
      const pages = pageLinks(line);
      const ssh = pages.length > 0 ? ours(context, running.get(terminal) ?? ownCommand(terminal)) : undefined;
      if (!ssh) return [];
      return pages.map((page) => ({
        startIndex: page.start,
        length: page.length,
        tooltip: linkTooltip(page, ssh.name),
        page,
        ssh,
      }));
    },
    handleTerminalLink: ({ page, ssh }) => guard(context.log, () => openThrough(context, page, ssh)),
  };
  return vscode.Disposable.from(
    vscode.window.onDidStartTerminalShellExecution(({ terminal, execution }) =>
      running.set(terminal, execution.commandLine.value),
    ),
    vscode.window.onDidEndTerminalShellExecution(({ terminal }) => running.delete(terminal)),
    vscode.window.onDidCloseTerminal((terminal) => running.delete(terminal)),
    vscode.window.registerTerminalLinkProvider(provider),
  );
}

/** The command that a terminal runs in place of a shell. */
function ownCommand({ creationOptions }: vscode.Terminal): string {
  const { shellPath, shellArgs } = creationOptions as vscode.TerminalOptions;
  if (shellPath === undefined) return '';
  return [shellPath, ...(typeof shellArgs === 'string' ? [shellArgs] : (shellArgs ?? []))].join(' ');
}

/** CAUTION: the same name in another configuration file (-F) is another host. */
function ours({ settings }: Context, command: string): RunningCommand | undefined {
  const ssh = readRunning(command);
  const isOtherFile = ssh?.configFile !== undefined && path.resolve(ssh.configFile) !== settings.get().configFile;
  return isOtherFile ? undefined : ssh;
}

async function openThrough(context: Context, page: PageLink, ssh: RunningCommand): Promise<void> {
  const { engine } = context;
  // An existing connection leads to the same host, whatever options the terminal's ssh has.
  if (findHost(engine.state.get(), ssh.name)?.link.kind !== 'online') await connectTo(engine, ssh);
  const typed = readTypedForwards(page.url, ssh.name);
  if (typed?.kind === 'specs') await forwardSpecs(context, { ...typed, name: ssh.name, forwards: typed.specs });
}
