import { type Line, type Section, SSHConfig } from 'ssh-config';
import { UserError } from '../../../base/userError.ts';
import { forwardKeywords } from '../../spec/command.ts';
import { formatEndpoint, formatForward } from '../../spec/grammar.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import { BadValue } from '../badValue.ts';
import type { ConfigProblem } from '../hostConfig.ts';
import { findKeyword, takesRestOfLine } from '../keywords/keywords.ts';
import { checkHostName } from '../../spec/names.ts';
import { matchesHost } from '../reading/read.ts';
import { Arguments, splitLine } from '../reading/syntax.ts';

/** A block to write: the keyword and the unquoted arguments of each line. */
export interface HostBlock {
  readonly name: string;
  readonly settings: readonly (readonly [keyword: string, ...words: readonly string[]])[];
}

/**
 * Adds a block. Because the first value wins, it goes before the first block that applies to the host too, and before a
 * setting above all blocks that the new block also has. Without either, it goes to the end. Every byte of `text` stays.
 *
 * @throws UserError<ConfigProblem> for a name or a value that a configuration cannot hold
 */
export function addHost(text: string, { name, settings }: HostBlock): string {
  checkAlias(name);
  const block = [`Host ${name}`, ...settings.map(([keyword, ...words]) => `  ${writeLine(keyword, words)}`)];
  const config = parseExactly(text);
  const keys = settings.map(([keyword]) => keyOf(keyword));
  const isBefore = (line: Line): boolean => (isSection(line) ? mayApply(line, name) : isSetting(line, keys));
  const index = config?.findIndex(isBefore) ?? -1;
  const next = config?.[index];
  if (!config || !next) return append(text, block);
  // The setting behind the new block must still apply to every host.
  const rest = isSection(next) ? [''] : ['', 'Host *'];
  return insert(text, aboveComments(text, lengthOf(config.slice(0, index))), [...block, ...rest]);
}

/**
 * Adds a forward to the block of this host alone, or to a new block at the end: forwards add up. Every byte of `text`
 * stays.
 *
 * @throws UserError<ConfigProblem> for a name that a configuration cannot hold
 */
export function addForward(text: string, alias: string, spec: ForwardSpec): string {
  checkAlias(alias);
  const line = configLine(spec);
  const place = endOfBlock(text, alias);
  return place ? insert(text, place.offset, [place.indent + line]) : append(text, [`Host ${alias}`, `  ${line}`]);
}

/** ssh_config(5) takes two arguments where ssh(1) takes one. */
function configLine(spec: ForwardSpec): string {
  if (!('to' in spec)) return writeLine(forwardKeywords[spec.kind], [formatForward(spec)]);
  const to = formatEndpoint(spec.to);
  return writeLine(forwardKeywords[spec.kind], [formatForward(spec).slice(0, -to.length - 1), to]);
}

function checkAlias(name: string): void {
  checkHostName(name);
  if (/[*?!,#]/.test(name)) throw new UserError<ConfigProblem>({ code: 'configBadName', what: 'host', value: name });
}

function writeLine(keyword: string, words: readonly string[]): string {
  const bad = words.find((word) => /[\0-\x08\n-\x1f\x7f]/.test(word));
  if (bad !== undefined) {
    const detail = `control character in ${JSON.stringify(bad)}`;
    throw new UserError<ConfigProblem>({ code: 'configSyntax', file: '', line: 0, detail });
  }
  return `${keyword} ${takesRestOfLine(keyword) ? words.join(' ') : words.map(quote).join(' ')}`;
}

function quote(word: string): string {
  if (/^[^\s"'\\#][^\s"'\\]*$/.test(word)) return word;
  return `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** Undefined for a file that the parser would not reproduce byte by byte. */
function parseExactly(text: string): SSHConfig | undefined {
  try {
    const config = SSHConfig.parse(text);
    return SSHConfig.stringify(config) === text ? config : undefined;
  } catch {
    return undefined; // The parser refuses some quotes that OpenSSH accepts.
  }
}

function isSection(line: Line): line is Section {
  return 'config' in line;
}

function isSetting(line: Line, keys: readonly string[]): boolean {
  return line.type === SSHConfig.DIRECTIVE && keys.includes(keyOf(line.param));
}

function keyOf(keyword: string): string {
  return findKeyword(keyword.toLowerCase())?.name ?? keyword;
}

function mayApply(section: Section, name: string): boolean {
  const line = readHeader(SSHConfig.stringify(SSHConfig.from([{ ...section, config: new SSHConfig() }]) as SSHConfig));
  return line?.keyword === 'match' || (line?.keyword === 'host' && matchesHost(new Arguments(line.rest), name));
}

/** The end of the host's last setting. Undefined if our own reader does not see the block there. */
function endOfBlock(text: string, alias: string): { readonly offset: number; readonly indent: string } | undefined {
  const config = parseExactly(text);
  const index = config?.findIndex((line) => isSection(line) && line.value === alias) ?? -1;
  const section = config?.[index];
  if (!config || !section || !isSection(section)) return undefined;
  const last = section.config.findLastIndex((line) => line.type === SSHConfig.DIRECTIVE);
  const upToLast = { ...section, config: SSHConfig.from(section.config.slice(0, last + 1)) as SSHConfig };
  const end = lengthOf([...config.slice(0, index), upToLast]);
  const offset = text.slice(0, end).replace(/(\n)\s*$/, '$1').length;
  if (!isBlockOf(alias, text.slice(0, offset))) return undefined;
  const indent = section.config[last]?.before ?? '';
  return { offset, indent: /^[ \t]+$/.test(indent) ? indent : '  ' };
}

function isBlockOf(alias: string, textBefore: string): boolean {
  const headers = textBefore
    .split('\n')
    .map(readHeader)
    .filter((line) => line?.keyword === 'host' || line?.keyword === 'match');
  const last = headers.at(-1);
  return last?.keyword === 'host' && new Arguments(last.rest).takeAll().join(' ') === alias;
}

function readHeader(text: string): ReturnType<typeof splitLine> {
  try {
    return splitLine(text, { file: '', line: 0 });
  } catch (error) {
    if (error instanceof BadValue) return undefined;
    throw error;
  }
}

function lengthOf(lines: readonly Line[]): number {
  return SSHConfig.stringify(SSHConfig.from(lines) as SSHConfig).length;
}

/** Moves an offset above the comments that belong to the block there. */
function aboveComments(text: string, offset: number): number {
  let start = offset;
  for (;;) {
    const line = start < 2 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
    if (text[line] !== '#' || text[start - 1] !== '\n') return start;
    start = line;
  }
}

function insert(text: string, offset: number, lines: readonly string[]): string {
  const newline = newlineOf(text);
  const before = text.slice(0, offset);
  const start = before === '' || before.endsWith('\n') ? '' : newline;
  return before + start + lines.map((line) => line + newline).join('') + text.slice(offset);
}

function append(text: string, block: readonly string[]): string {
  const isApart = text.trim() === '' || /\n[ \t\r]*\n$/.test(text);
  return insert(text, text.length, isApart ? block : ['', ...block]);
}

function newlineOf(text: string): string {
  return /\r\n/.test(text) && !/[^\r]\n/.test(text) ? '\r\n' : '\n';
}
