import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Scope } from '../../src/base/scope.ts';
import { formatCommand } from '../../src/core/spec/command.ts';
import { parsePasted } from '../../src/core/spec/pasted.ts';
import { splitShellWords } from '../../src/core/spec/shellWords.ts';
import { start, stop } from '../support/child.ts';
import { freePort } from '../support/freePort.ts';
import { byKeyword } from '../support/systemSsh.ts';
import type { Action, Tried } from './case.ts';
import { fixture, type Place } from './place.ts';
import { askProxy, hasDownload, hasPage, hasPageThrough, type Site } from './site.ts';

/** One of the two: its words before the arguments. */
export interface Program {
  readonly isOurs: boolean;
  readonly words: readonly string[];
}

/** What came of it, and the last line that the program said about a failure. */
export interface Result {
  readonly outcome: string;
  readonly message: string;
}

const ordinaryMs = 30_000;

export async function act(row: Tried, program: Program, place: Place, site: Site): Promise<Result> {
  const action = row.action ?? { kind: 'local' };
  if (action.kind === 'print') {
    const args = ['-F', place.configFile, ...(row.args ?? []), row.host ?? 'devbox'];
    return plainly(place, await print(program, args, action.keywords));
  }
  if (action.kind === 'pasted') return await pasted(action, program, place);
  const scope = new Scope();
  try {
    return await connectAndUse(row, action, { program, place, site, scope });
  } finally {
    await scope.close();
  }
}

/** What was typed, as -G prints it. */
async function print(program: Program, args: readonly string[], keywords: readonly string[]): Promise<Result> {
  const [command = '', ...first] = program.words;
  return await new Promise((resolve) => {
    const options = { encoding: 'latin1', timeout: ordinaryMs } as const;
    execFile(command, [...first, '-G', ...args], options, (error, stdout, stderr) => {
      const values = byKeyword(stdout);
      const lines = keywords.flatMap((keyword) => (values.get(keyword) ?? ['-']).map((value) => `${keyword} ${value}`));
      if (error) resolve({ outcome: `exit ${error.code}`, message: lastLine(stderr) });
      else resolve({ outcome: lines.join('; '), message: '' });
    });
  });
}

/** Ours is read as the input box reads it, and printed by the same -G. */
async function pasted(
  { file, words, keywords }: Extract<Action, { readonly kind: 'pasted' }>,
  program: Program,
  place: Place,
): Promise<Result> {
  const read = program.isOurs ? splitShellWords(formatCommand(parsePasted(fixture(file).trim()))).slice(1) : words;
  const args = ['-F', '/dev/null', ...read.filter((word) => word !== '-N').map((word) => place.fill(word))];
  return plainly(place, await print(program, args, keywords));
}

function plainly(place: Place, { outcome, message }: Result): Result {
  return { outcome: place.plain(outcome), message: place.plain(message) };
}

interface Use {
  readonly program: Program;
  readonly place: Place;
  readonly site: Site;
  readonly scope: Scope;
}

type Using = Exclude<Action, { readonly kind: 'print' | 'pasted' }>;

async function connectAndUse(row: Tried, action: Using, { program, place, site, scope }: Use): Promise<Result> {
  const [page, proxy] = [await freePort(), await freePort()];
  const [command = '', ...first] = [...place.runner, ...program.words];
  const args = [...first, ...flags(action, program, { page, proxy, web: site.port }), '-F', place.configFile];
  const words = [
    ...args,
    ...(row.args ?? []).map((word) => place.fill(word)),
    row.host ?? 'devbox',
    ...remoteCommand(action, program),
  ];
  const child = start(command, words, { env: place.env });
  scope.defer(() => stop(child));
  let said = '';
  let printed = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const attempt = (): Promise<string | undefined> =>
    use(action, { page, proxy, web: site.port, printed: () => printed });
  const outcome = await settle(child, attempt, limitOf(row));
  const plain = place.plain(said).replaceAll(String(page), 'LISTEN');
  const spoken =
    row.says === undefined ? '' : plain.includes(row.says) ? `, says "${row.says}"` : `, not "${row.says}"`;
  return {
    outcome: `${outcome}${spoken}`,
    message: outcome.startsWith('exit') && row.says === undefined ? lastLine(plain) : '',
  };
}

function flags(
  action: Using,
  { isOurs }: Program,
  { page, proxy, web }: { readonly page: number; readonly proxy: number; readonly web: number },
): readonly string[] {
  const to = `${page}:127.0.0.1:${web}`;
  switch (action.kind) {
    case 'local':
      return ['-N', '-L', to];
    case 'remote':
      return ['-N', '-R', to];
    case 'socks':
      return ['-N', '-D', String(page)];
    case 'slowName':
      return [
        '-N',
        '-L',
        to,
        ...(action.through === 'socks' ? ['-D', String(proxy)] : ['-L', `${proxy}:slow.invalid:80`]),
      ];
    case 'login':
      return isOurs ? ['--json'] : [];
  }
}

function remoteCommand({ kind }: Using, { isOurs }: Program): readonly string[] {
  return kind === 'login' && !isOurs ? ['true'] : [];
}

interface Ends {
  readonly page: number;
  readonly proxy: number;
  readonly web: number;
  readonly printed: () => string;
}

/** What the connection gave, or undefined while it has given nothing. */
async function use(action: Using, { page, proxy, web, printed }: Ends): Promise<string | undefined> {
  if (action.kind === 'login') return printed().includes('"link":{"kind":"online"') ? 'exit 0' : undefined;
  const isThere = (): Promise<boolean> => (action.kind === 'socks' ? hasPageThrough(page, web) : hasPage(page));
  if (!(await isThere())) return undefined;
  if (action.kind === 'slowName') {
    const download = hasDownload(page);
    await sleep(500);
    const asked = action.through === 'socks' ? askProxy(proxy, 'slow.invalid', 80) : hasPage(proxy);
    const isWhole = await download;
    await asked;
    return isWhole ? 'works' : 'the download is cut off';
  }
  if (action.afterSeconds === undefined) return 'works';
  await sleep(action.afterSeconds * 1000);
  return (await isThere()) ? 'works' : undefined;
}

/** Tries until something came of it, or the program has ended. */
async function settle(
  child: ChildProcess,
  attempt: () => Promise<string | undefined>,
  limitMs: number,
): Promise<string> {
  const closed = once(child, 'close');
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(50)) {
    const outcome = await attempt();
    if (outcome !== undefined) return outcome;
    if (child.exitCode === null && child.signalCode === null) continue;
    await Promise.race([closed, sleep(500)]); // the rest of stderr, unless a descendant holds it
    return `exit ${child.exitCode ?? child.signalCode}`;
  }
  return `nothing within ${limitMs / 1000} s`;
}

/** A row that waits by itself for a while is waited for longer. */
export function limitOf({ isSlow }: Tried): number {
  return isSlow ? 80_000 : ordinaryMs;
}

/** The line that says why it ended. */
function lastLine(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '') ?? '';
}
