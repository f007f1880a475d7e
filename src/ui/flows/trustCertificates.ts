import * as vscode from 'vscode';
import { distrustQuestion, mkcertHint, systemStoreCommand, trustQuestion } from '../../view/trustText.ts';
import * as say from '../asking/messages.ts';
import type { Flow } from '../context.ts';

const inTerminal = 'System Store in a Terminal';

export const trustCertificates: Flow = async ({ engine }) => {
  const plan = await engine.trustPlan();
  if (plan.origin === 'mkcert') return void (await say.info(mkcertHint(plan)));
  const { what, detail, yes } = trustQuestion(plan);
  const isLinux = plan.stores.some(({ kind }) => kind === 'nss');
  const choice = await say.ask(what, detail, ...(isLinux ? [inTerminal] : []), yes);
  if (choice === inTerminal) {
    // SECURITY: the command is typed but not run. The user reads it first, and gives the password to sudo alone.
    const terminal = vscode.window.createTerminal('SSH Ports: trust');
    terminal.show();
    terminal.sendText(systemStoreCommand(plan), false);
  } else if (choice === yes) {
    await engine.trustAuthority();
    say.confirm('Trusted. Restart browsers that run now');
  }
  return undefined;
};

export const distrustCertificates: Flow = async ({ engine }) => {
  const plan = await engine.trustPlan();
  if (plan.origin === 'mkcert') return void (await say.info(mkcertHint(plan)));
  const { what, detail, yes } = distrustQuestion(plan);
  if ((await say.ask(what, detail, yes)) !== yes) return undefined;
  await engine.distrustAuthority();
  say.confirm('The certificates of SSH Ports are trusted no longer');
  return undefined;
};
