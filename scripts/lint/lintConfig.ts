import fs from 'node:fs';
import { inRoot } from '../root.ts';
import { type Room, rooms } from '../../test/support/walls.ts';

export const lintConfigFile = inRoot('.oxlintrc.json');

/** The linter's configuration as it is, with the walls as the table of rooms has them. */
export function lintConfig(): string {
  const config = JSON.parse(fs.readFileSync(lintConfigFile, 'utf8')) as Readonly<Record<string, unknown>>;
  const overrides = rooms.flatMap((room) => [wall(room, ''), ...subfolders(room).map((folder) => wall(room, folder))]);
  return JSON.stringify({ ...config, overrides: [sizes, ...overrides, testWall] }, undefined, 2);
}

/** One file, one idea: a file fits on a few screens, a function on one. A table of data is as long as it is. */
const sizes = {
  files: ['src/**'],
  excludeFiles: ['src/core/config/keywords/keywords.ts', 'src/core/detect/identify/frameworks.ts'],
  rules: {
    'max-lines': ['error', { max: 250 }],
    'max-lines-per-function': ['error', { max: 60 }],
  },
};

const testWall = {
  files: ['test/**'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: ['**/scripts/**'],
            message: 'Scripts use what tests have (test/support), never the other way round.',
          },
        ],
      },
    ],
  },
};

/** The linter takes the last block that matches a file and forgets the others, so each block says everything. */
function wall(room: Room, folder: string): object {
  const message = room.why;
  const isInCore = room.name.startsWith('core/');
  const patterns = (names: readonly Room[]): readonly string[] => names.flatMap(({ name }) => pattern(name, isInCore));
  const others = rooms.filter(({ name }) => name !== room.name && !room.mayImport.includes(name));
  const closed = others.filter(({ name }) => !room.mayImportTypes?.includes(name));
  const typesOnly = others.filter(({ name }) => room.mayImportTypes?.includes(name));
  const foreign = packages().filter((name) => ![folder, ''].includes(room.packages?.[name] ?? 'nowhere'));
  return {
    files: [isFile(room.name) ? `src/${room.name}` : ['src', room.name, folder, '**'].filter(Boolean).join('/')],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: foreign.map((name) => ({ name, message })),
          patterns: [
            { group: ['**/index.ts'], message: 'No barrels: import the file that has it.' },
            {
              group: [...patterns(closed), ...foreign.map((name) => `${name}/**`), ...(room.isPure ? ['node:*'] : [])],
              message,
            },
            ...(typesOnly.length > 0
              ? [{ group: [...patterns(typesOnly), ...openFiles(room)], message, allowTypeImports: true }]
              : []),
          ],
        },
      ],
    },
  };
}

/** Imports are relative: within `core` a room's path has no `core/` in it. */
function pattern(name: string, isFromCore: boolean): readonly string[] {
  const last = name.replace('core/', '');
  if (!isFile(name)) return [`**/${last}/**`];
  return name.startsWith('core/') && isFromCore ? [`../${last}`, `../../${last}`, `../../../${last}`] : [`**/${name}`];
}

/** The linter forbids what a group names, without what the group names after a `!`. */
function openFiles({ mayImportFiles = [] }: Room): readonly string[] {
  return mayImportFiles.map((file) => `!**/${file}`);
}

function isFile(name: string): boolean {
  return name.endsWith('.ts');
}

function subfolders({ packages: own = {} }: Room): readonly string[] {
  return [...new Set(Object.values(own))].filter(Boolean);
}

/** What ships depends on these; a new one has to be let in by the table. */
function packages(): readonly string[] {
  const { dependencies } = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return [...Object.keys(dependencies), 'vscode'];
}
