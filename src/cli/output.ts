import { visible } from './visible.ts';

/** Prints a message. SECURITY: every part of it may come from a server. */
export function printError(message: string): void {
  process.stderr.write(`${visible(message)}\n`);
}

/** Prints a table. SECURITY: as `printError`. */
export function printTable(table: string): void {
  process.stdout.write(`${visible(table)}\n`);
}

/** Prints one line of JSON. SECURITY: JSON leaves C1 control codes and direction marks as they are. */
export function printJson(value: unknown): void {
  const escaped = JSON.stringify(value).replaceAll(
    /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  process.stdout.write(`${escaped}\n`);
}
