import { execFile } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { errorCode, errorText, UserError } from '../../../base/userError.ts';
import { certificates } from './certificates.ts';
import { distrustCommands, type TrustCommand, type TrustStore, trustCommands, trustStores } from './trustStores.ts';

/** Why the authority could not be trusted. */
export type TrustProblem =
  /** The program that changes the store is not installed. */
  | { readonly code: 'trustToolMissing'; readonly program: string }
  | { readonly code: 'trustFailed'; readonly detail: string };

/** The changes of Trust Local Certificates, to show before it makes them. */
export interface TrustPlan {
  /** The certificate of the authority, without its key. */
  readonly file: string;
  readonly origin: 'own' | 'mkcert';
  readonly stores: readonly TrustStore[];
}

/** Makes the authority if there is none yet. */
export function trustPlan(): TrustPlan {
  const { file, origin } = certificates.local();
  return { file, origin, stores: trustStores() };
}

/** @throws UserError<TrustProblem> */
export async function trustAuthority(): Promise<void> {
  const { file, stores } = trustPlan();
  for (const store of stores) {
    if (store.folder !== undefined) fs.mkdirSync(store.folder, { recursive: true, mode: 0o700 });
    for (const command of trustCommands(store, file)) await run(command);
  }
}

/** @throws UserError<TrustProblem> */
export async function distrustAuthority(): Promise<void> {
  const { file, stores } = trustPlan();
  const sha1 = new crypto.X509Certificate(fs.readFileSync(file)).fingerprint.replaceAll(':', '');
  const existing = stores.filter(({ folder }) => folder === undefined || fs.existsSync(path.join(folder, 'cert9.db')));
  for (const store of existing) {
    for (const command of distrustCommands(store, file, sha1)) await run(command);
  }
}

async function run({ program, args, mayFail }: TrustCommand): Promise<void> {
  try {
    await promisify(execFile)(program, args);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new UserError<TrustProblem>({ code: 'trustToolMissing', program }, { cause: error });
    }
    if (!mayFail)
      throw new UserError<TrustProblem>({ code: 'trustFailed', detail: errorText(error) }, { cause: error });
  }
}
