import { once } from 'node:events';
import { start, stop } from './child.ts';

export interface ManyServers {
  stop(): Promise<void>;
}

/** Web servers at `count` ports from `first` on. `seconds`: they end after that time and begin anew at other ports. */
export async function startManyServers(first: number, count: number, seconds?: number): Promise<ManyServers> {
  const times = [first, count, ...(seconds === undefined ? [] : [seconds])].map(String);
  const child = start('python3', ['test/support/manyServers.py', ...times], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout) await once(child.stdout, 'data');
  return { stop: () => stop(child) };
}
