import * as vscode from 'vscode';
import type { ForwardSpec } from '../core/forward/spec.ts';
import type { ForwardRequest } from '../core/session/forwardSet.ts';
import type { Sessions } from '../core/session/sessions.ts';
import { findHost, type ForwardState } from '../core/session/state.ts';
import { announcement } from '../view/announcement.ts';
import { forwardUrl } from '../view/forwardText.ts';
import { openInBrowser } from './open.ts';
import { pickHost } from './pickHost.ts';
import { pickPort } from './pickPort.ts';
import { withProgress } from './progress.ts';

/** SSH Ports: Forward Port. Asks for what is not known yet: the host, then the port. */
export async function forwardPortFlow(sessions: Sessions, knownHost: string | undefined): Promise<void> {
  const name = knownHost ?? (await pickHost(sessions.state.get(), 'Forward Port'));
  if (!name) return;
  await withProgress(`Connecting to ${name}…`, (signal) => sessions.connect(name, signal));
  const choice = await pickPort(sessions.state, name);
  if (!choice) return;
  const forwards = await withProgress(`Forwarding from ${name}…`, async (signal) => {
    if (choice.kind === 'listener') return [await sessions.forwardPort(name, choice.port, signal)];
    const made: ForwardState[] = [];
    for (const spec of choice.specs) made.push(await sessions.forward(name, typedRequest(spec), signal));
    return made;
  });
  for (const forward of forwards) void offerToOpen(sessions, name, forward);
}

/** What somebody typed: a lone port may move to another local one, a local port that was named may not. */
function typedRequest(spec: ForwardSpec): ForwardRequest {
  const isLoopback = spec.kind === 'local' && spec.to.kind === 'tcp' && spec.to.host === 'localhost';
  const remotePort = isLoopback && spec.to.kind === 'tcp' ? spec.to.port : undefined;
  const isSamePort = spec.bind.kind === 'tcp' && spec.bind.port === remotePort;
  return {
    spec,
    origin: 'user',
    localPort: isSamePort ? 'near' : 'exact',
    ...(remotePort !== undefined && { remotePort }),
  };
}

async function offerToOpen(sessions: Sessions, name: string, forward: ForwardState): Promise<void> {
  const host = findHost(sessions.state.get(), name);
  if (!host || forward.status.kind !== 'listening') return;
  const url = forwardUrl(host, forward);
  const open = 'Open in Browser';
  const choice = await vscode.window.showInformationMessage(announcement(host, forward), ...(url ? [open] : []));
  if (choice === open && url) await openInBrowser(url);
}
