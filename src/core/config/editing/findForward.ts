import { type ForwardKind, formatForward } from '../../spec/grammar.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import { BadValue } from '../badValue.ts';
import { forwardOf, readForward } from '../keywords/forwards.ts';
import { matchesHost } from '../reading/read.ts';
import { Arguments, splitLine } from '../reading/syntax.ts';

const kinds: ReadonlyMap<string, ForwardKind> = new Map([
  ['localforward', 'local'],
  ['remoteforward', 'remote'],
  ['dynamicforward', 'dynamic'],
]);

/** The 1-based line of `text` that already gives this forward to the host. Match blocks do not count. */
export function findForward(text: string, alias: string, spec: ForwardSpec): number | undefined {
  let isActive = true;
  for (const [index, written] of text.split('\n').entries()) {
    try {
      const line = splitLine(written, { file: '', line: index + 1 });
      if (line?.keyword === 'host') isActive = matchesHost(new Arguments(line.rest), alias);
      if (line?.keyword === 'match') isActive = false;
      const kind = line && kinds.get(line.keyword);
      if (!kind || !isActive) continue;
      const found = forwardOf(kind, readForward(kind, new Arguments(line.rest), process.env)).spec;
      if (found.kind === spec.kind && formatForward(found) === formatForward(spec)) return line.line;
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
    }
  }
  return undefined;
}
