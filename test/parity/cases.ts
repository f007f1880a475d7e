import type { ParityCase } from './case.ts';
import { detection } from './cases/detection.ts';
import { hostKeys } from './cases/hostKeys.ts';
import { login } from './cases/login.ts';
import { pasted } from './cases/pasted.ts';
import { protocol } from './cases/protocol.ts';
import { staying } from './cases/staying.ts';
import { values } from './cases/values.ts';

/** All rows. A new one is an object in the list of its subject. */
export const cases: readonly ParityCase[] = [
  ...staying,
  ...hostKeys,
  ...login,
  ...values,
  ...protocol,
  ...detection,
  ...pasted,
];
