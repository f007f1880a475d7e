import { once } from 'node:events';
import { start, stop } from './child.ts';

export interface ManyServers {
  stop(): Promise<void>;
}

export interface ManyServersOptions {
  /** Ports from one server to the next. */
  readonly step?: number;
  /** The servers end after this time and begin anew at other ports. */
  readonly seconds?: number;
}

/** Web servers at `count` ports from `first` on. */
export async function startManyServers(
  first: number,
  count: number,
  { step = 1, seconds }: ManyServersOptions = {},
): Promise<ManyServers> {
  const numbers = [first, count, step, ...(seconds === undefined ? [] : [seconds])].map(String);
  const child = start('python3', ['test/support/manyServers.py', ...numbers], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout) await once(child.stdout, 'data');
  return { stop: () => stop(child) };
}
