import * as vscode from 'vscode';
import { plain } from '../../view/withoutLinks.ts';

/** Messages with buttons, as plain text: some of what they say came from a server. Undefined: closed. */
export async function info(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showInformationMessage(plain(text), ...buttons);
}

export async function warn(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showWarningMessage(plain(text), ...buttons);
}

export async function error(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showErrorMessage(plain(text), ...buttons);
}

/** A question that has to be answered before anything goes on. Undefined: cancelled. */
export async function ask(text: string, detail: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showWarningMessage(plain(text), { modal: true, detail }, ...buttons);
}
