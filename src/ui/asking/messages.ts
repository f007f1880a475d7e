import * as vscode from 'vscode';
import { withoutLinks } from '../../view/withoutLinks.ts';

/** Messages with buttons, as plain text: some of what they say came from a server. Undefined: closed. */
export async function info(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showInformationMessage(withoutLinks(text), ...buttons);
}

export async function warn(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showWarningMessage(withoutLinks(text), ...buttons);
}

export async function error(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showErrorMessage(withoutLinks(text), ...buttons);
}

/** A question that has to be answered before anything goes on. Undefined: cancelled. */
export async function ask(text: string, detail: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showWarningMessage(withoutLinks(text), { modal: true, detail }, ...buttons);
}
