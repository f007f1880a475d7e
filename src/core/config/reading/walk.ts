import { BadValue, atPlace } from '../badValue.ts';
import type { Environment } from '../environment.ts';
import { glob } from './glob.ts';
import { includePattern } from './include.ts';
import { readLines } from './source.ts';
import { Arguments, type Line, splitLine } from './syntax.ts';
import type { Tokens } from './tokens.ts';

/** READCONF_MAX_DEPTH of OpenSSH. */
const maxDepth = 16;

export interface SourceFile {
  readonly file: string;
  readonly origin: 'user' | 'system';
  readonly check: 'permissions' | 'nothing';
}

/** What a walk does with the lines. `Block` is what the visitor knows of a Host or Match block. */
export interface Visitor<Block> {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Gets every line but Include, and returns the block of the lines that follow. @throws BadValue */
  readonly visit: (line: Line, where: LinePlace<Block>) => Block | Promise<Block>;
  /** Gets every mistake with its place. The walk goes on unless this throws. */
  readonly onMistake: (error: unknown) => void;
  /** For the paths of Include. Undefined where tokens are unknown: the walk then skips a path that needs one. */
  readonly tokens: () => Tokens | undefined;
  readonly onFile?: (file: string) => void;
  readonly onIncludePattern?: (pattern: string) => void;
}

export interface LinePlace<Block> {
  readonly block: Block;
  /** The block that includes this file. Its end is the end of the file. */
  readonly enclosing: Block;
  readonly origin: SourceFile['origin'];
}

/**
 * Visits the lines of a configuration file and of the files that it includes, in OpenSSH's order.
 *
 * @param enclosing the block that the file's first lines belong to
 * @returns false when the file does not exist
 */
export async function walkFile<Block>(
  source: SourceFile,
  enclosing: Block,
  visitor: Visitor<Block>,
  includedFrom: readonly string[] = [],
): Promise<boolean> {
  visitor.signal.throwIfAborted();
  visitor.onFile?.(source.file);
  const lines = await readOrReport(source, visitor);
  let block = enclosing;
  for (const [index, text] of (lines ?? []).entries()) {
    const place = { file: source.file, line: index + 1 };
    try {
      const line = splitLine(text, place);
      if (line?.keyword === 'include') await walkIncluded(line, source, block, visitor, [...includedFrom, source.file]);
      else if (line) block = await visitor.visit(line, { block, enclosing, origin: source.origin });
    } catch (error) {
      visitor.onMistake(atPlace(place, error));
    }
  }
  return lines !== undefined;
}

async function readOrReport<Block>(
  { file, check }: SourceFile,
  { onMistake }: Visitor<Block>,
): Promise<readonly string[] | undefined> {
  try {
    return await readLines(file, check);
  } catch (error) {
    onMistake(error);
    return [];
  }
}

/** Blocks of the included files end with these files: the enclosing block goes on. */
async function walkIncluded<Block>(
  line: Line,
  source: SourceFile,
  block: Block,
  visitor: Visitor<Block>,
  includedFrom: readonly string[],
): Promise<void> {
  for (const argument of new Arguments(line.rest).takeAll()) {
    if (!argument) throw new BadValue('empty path');
    const pattern = includePattern(argument, source.origin, visitor.tokens(), visitor.environment);
    if (pattern === undefined) continue;
    if (includedFrom.length > maxDepth) throw new BadValue(`more than ${maxDepth} files include each other`);
    visitor.onIncludePattern?.(pattern);
    for (const file of await glob(pattern)) {
      if (includedFrom.includes(file)) throw new BadValue(`${file} includes itself`);
      // OpenSSH too skips a link to a file that does not exist.
      await walkFile({ ...source, file, check: 'permissions' }, block, visitor, includedFrom);
    }
  }
}
