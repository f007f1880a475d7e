/** Takes one line per relevant event. VS Code's `LogOutputChannel` satisfies it. SECURITY: never log a secret. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const nothing = (): void => undefined;

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The same log, with a prefix before every line, for example the host's name. */
export function prefixed(log: Log, prefix: string): Log {
  return {
    debug: (message) => log.debug(`${prefix}: ${message}`),
    info: (message) => log.info(`${prefix}: ${message}`),
    warn: (message) => log.warn(`${prefix}: ${message}`),
    error: (message) => log.error(`${prefix}: ${message}`),
  };
}
