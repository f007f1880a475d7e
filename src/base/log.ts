/** One line per event that matters. Secrets never reach it. VS Code's `LogOutputChannel` fits as it is. */
export interface Log {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const nothing = (): void => undefined;

export const silentLog: Log = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The same log with every line prefixed, for example by the host's name. */
export function prefixed(log: Log, prefix: string): Log {
  return {
    trace: (message) => log.trace(`${prefix}: ${message}`),
    debug: (message) => log.debug(`${prefix}: ${message}`),
    info: (message) => log.info(`${prefix}: ${message}`),
    warn: (message) => log.warn(`${prefix}: ${message}`),
    error: (message) => log.error(`${prefix}: ${message}`),
  };
}
