import '../test/support/endOnSignal.mjs';
import { cases } from '../test/parity/cases.ts';
import { compareAll } from '../test/parity/compare.ts';
import { table } from '../test/parity/table.ts';

/** `npm run parity [WORD…]`: what ssh and we do in the same situations; with words, only rows whose kind or name has one. */
const wanted = process.argv.slice(2);
const chosen = cases.filter(
  ({ kind, name }) => wanted.length === 0 || wanted.some((word) => kind === word || name.includes(word)),
);
const compared = await compareAll(chosen);
console.log(table(compared));
process.exit(compared.some(({ verdict }) => verdict === 'differs' || verdict === 'mended') ? 1 : 0);
