import * as vscode from 'vscode';
import { linkQuestion } from '../view/linkQuestion.ts';
import { readLink } from '../view/script/readLink.ts';
import { ScriptError } from '../view/script/readArguments.ts';
import * as say from './asking/messages.ts';
import type { Context } from './context.ts';
import { forwardGiven } from './flows/forwardGiven.ts';
import { offerToOpen } from './flows/forwardSpecs.ts';
import { guard } from './guard.ts';

/** Follows `vscode://ssh-ports.ssh-ports/forward?host=devbox&port=5000`, so that a page or a README can link to a port. */
export function followLinks(context: Context): vscode.Disposable {
  const handleUri = (uri: vscode.Uri): Promise<void> =>
    guard(context.log, () =>
      follow(context, uri).catch(async (error: unknown) => {
        if (!(error instanceof ScriptError)) throw error;
        await say.warn(`SSH Ports does not follow this link. ${error.message}`);
      }),
    );
  return vscode.window.registerUriHandler({ handleUri });
}

async function follow(context: Context, uri: vscode.Uri): Promise<void> {
  const { engine } = context;
  await context.listed; // a link may be what starts the extension
  const link = readLink(uri.path, uri.fragment === '' ? uri.query : `${uri.query}&fragment`);
  const { what, detail } = linkQuestion(engine.state.get(), link);
  const yes = 'Forward Port';
  if ((await say.ask(what, detail, yes)) !== yes) return;
  const { host, forwards } = await forwardGiven(context, link);
  const [forward] = forwards;
  if (forward) void offerToOpen(engine, host, forward);
}
