import { UserError } from './userError.ts';

/** A file of the user's that cannot be read, or cannot be changed. */
export interface UnreadableFile {
  readonly code: 'fileUnreadable';
  /** Absolute path. */
  readonly file: string;
  readonly detail: string;
}

export function unreadable(file: string, detail: string, cause?: unknown): UserError<UnreadableFile> {
  return new UserError({ code: 'fileUnreadable', file, detail }, { cause });
}
