import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `probe` gives something truthy, trying again every few milliseconds; fails after `limitMs` saying what it waited for. */
export async function until<T>(what: string, probe: () => T | Promise<T>, limitMs = 20_000): Promise<NonNullable<T>> {
  const end = Date.now() + limitMs;
  let lastError: unknown;
  while (Date.now() < end) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      lastError = error;
    }
    await sleep(20);
  }
  throw new Error(`waited ${limitMs} ms in vain for: ${what}`, { cause: lastError });
}
