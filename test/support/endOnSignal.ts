import os from 'node:os';

/** A signal ends this process by way of its exit handlers, so that it takes along every child that it started. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + os.constants.signals[signal]));
}
