import { after, before, type TestContext } from 'node:test';
import { buildCli, type Cli, run, type Running } from '../../support/cli.ts';

interface UsedCli {
  readonly built: () => Cli;
  readonly run: (t: TestContext, ...args: readonly string[]) => Running;
}

/** Builds the program before the tests of a file, and removes it after them. */
export function useCli(): UsedCli {
  let cli: Cli;
  before(async () => {
    cli = await buildCli();
  });
  after(() => cli.remove());
  return { built: () => cli, run: (t, ...args) => run(t, [process.execPath, cli.program, ...args]) };
}
