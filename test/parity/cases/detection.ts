import type { ParityCase } from '../case.ts';

/** B and C: `ssh` asks and names nothing, so tests hold these. */
export const detection: readonly ParityCase[] = [];
