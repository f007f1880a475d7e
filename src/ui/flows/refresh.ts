import { never } from '../../base/delay.ts';
import type { Flow } from '../context.ts';

/** Lists remote ports at once, retries lost connections at once, and reads the SSH configuration again. */
export const refresh: Flow = async ({ engine }) => {
  await engine.refresh();
  await engine.refreshHosts(never);
};
