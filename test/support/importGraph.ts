import fs from 'node:fs';
import path from 'node:path';

/** One import of a source file. */
export interface Import {
  readonly from: string;
  /** A file below the root, or the name of a package or of a module of Node's. */
  readonly to: string;
  /** Types alone: nothing of it runs. */
  readonly isType: boolean;
}

/** As the formatter leaves them: an import begins a line and ends with the module's name. */
const statement = /^(?:import|export)\s(type\s)?([^;]*?)from '([^']+)';|^import\s'([^']+)';/gmsu;

/** All imports of the files below a folder, paths relative to the root with forward slashes. */
export function importsBelow(root: string, folder: string): readonly Import[] {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ts|mjs)$/u.test(file))
    .flatMap((file) => importsOf(root, path.posix.join(folder, file.replaceAll('\\', '/'))));
}

function importsOf(root: string, from: string): readonly Import[] {
  const text = fs.readFileSync(path.join(root, from), 'utf8');
  return [...text.matchAll(statement)].map(([, type, names = '', module, bare]) => {
    const specifier = module ?? bare ?? '';
    const isLocal = specifier.startsWith('.');
    return {
      from,
      to: isLocal ? path.posix.join(path.posix.dirname(from), specifier) : specifier,
      isType: type !== undefined || onlyTypes(names),
    };
  });
}

/** `{ type A, type B }` imports nothing that runs. */
function onlyTypes(names: string): boolean {
  const inBraces = /^\{(.*)\}\s*$/su.exec(names.trim())?.[1];
  const each = inBraces?.split(',').filter((name) => name.trim() !== '') ?? [];
  return each.length > 0 && each.every((name) => name.trim().startsWith('type '));
}
