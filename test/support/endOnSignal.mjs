// A signal ends this process by way of its exit handlers, so that it takes along every child that it started.
// Plain JavaScript, since Node preloads it in worker threads too, where no TypeScript can be read yet.
import os from 'node:os';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => process.exit(128 + os.constants.signals[signal]));
}
