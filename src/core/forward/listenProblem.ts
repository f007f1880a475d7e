import fs from 'node:fs';
import path from 'node:path';
import { UserError, errorCode, errorText } from '../../base/userError.ts';
import type { Bind } from '../spec/spec.ts';
import { findPathOwner, findPortOwner, type PortOwner } from './portOwner.ts';

/**
 * Why this machine could not listen. `owner`: the process that has the port, if the system tells.
 * `isOurs`: it is this process.
 */
export type ListenProblem =
  | { readonly code: 'portInUse'; readonly bind: Bind; readonly owner?: PortOwner; readonly isOurs?: true }
  | { readonly code: 'portPrivileged'; readonly bind: Bind }
  | { readonly code: 'addressUnavailable'; readonly bind: Bind }
  /** Node opens named pipes on Windows, and no Unix sockets. */
  | { readonly code: 'pipeNeeded'; readonly bind: Bind }
  | { readonly code: 'listenFailed'; readonly bind: Bind; readonly detail: string };

/** `port`: the port that was tried, which the system may have chosen. */
export async function listenError(bind: Bind, port: number, error: unknown): Promise<UserError<ListenProblem>> {
  return new UserError(await listenProblem(bind, port, error), { cause: error });
}

async function listenProblem(bind: Bind, port: number, error: unknown): Promise<ListenProblem> {
  const code = errorCode(error);
  if (code === 'EADDRINUSE') {
    const owner = bind.kind === 'unix' ? await findPathOwner(bind.path) : await findPortOwner(port);
    const isOurs = owner?.pid === process.pid;
    return { code: 'portInUse', bind, ...(owner && { owner }), ...(isOurs && { isOurs }) };
  }
  if (bind.kind === 'tcp' && code === 'EACCES') return { code: 'portPrivileged', bind };
  if (bind.kind === 'tcp' && isAddressMissing(error)) return { code: 'addressUnavailable', bind };
  // libuv reports EACCES also if the folder does not exist.
  const mayLackFolder = bind.kind === 'unix' && (code === 'EACCES' || code === 'ENOENT');
  const isFolderMissing = mayLackFolder && !fs.existsSync(path.dirname(bind.path));
  return { code: 'listenFailed', bind, detail: isFolderMissing ? 'no such folder' : errorText(error) };
}

/** `//./pipe/NAME`, as ssh(1) for Windows writes it too, or with backslashes. */
export function isPipe(file: string): boolean {
  return /^[\\/]{2}[.?][\\/]pipe[\\/]./i.test(file);
}

const missingCodes: ReadonlySet<string | undefined> = new Set([
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EINVAL',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Whether this machine has neither the address nor its family. */
export function isAddressMissing(error: unknown): boolean {
  return missingCodes.has(errorCode(error));
}
