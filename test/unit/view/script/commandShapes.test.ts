import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { type CommandName, type CommandShape, commandShapes } from '../../../../src/view/script/commandShapes.ts';

const read = (name: string): string => fs.readFileSync(new URL(`../../../../${name}`, import.meta.url), 'utf8');
const names = Object.keys(commandShapes) as readonly CommandName[];

void test('every command of the manifest has a shape, and every shape is a command of the manifest', () => {
  const manifest = JSON.parse(read('package.json')) as { contributes: { commands: readonly { command: string }[] } };
  const commands = manifest.contributes.commands.map(({ command }) => command.replace('sshPorts.', ''));
  assert.deepEqual(names.toSorted(), commands.toSorted());
});

void test('the table of the README is what the commands take and give', () => {
  const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');
  const groups = new Map<string, CommandName[]>();
  for (const name of names) {
    const { takes, short = [], gives }: CommandShape = commandShapes[name];
    const alone = short.length > 0 ? `; ${code(short)} alone` : '';
    const shape = `${takes.length > 0 ? code(takes) : 'nothing'}${alone} | ${gives}`;
    groups.set(shape, [...(groups.get(shape) ?? []), name]);
  }
  const rows = [...read('README.md').matchAll(/^\| (.*?) +\| (.*?) +\| (.*?) +\|$/gmu)].map((row) =>
    row.slice(1).join(' | '),
  );
  for (const [shape, commands] of groups) {
    const row = `${code(commands)} | ${shape}`;
    assert.ok(rows.includes(row), `the README lacks the row\n| ${row} |`);
  }
});
