import { isPort } from '../../core/spec/port.ts';
import {
  type ArgumentName,
  type ArgumentType,
  argumentTypes,
  type CommandName,
  commandShapes,
} from './commandShapes.ts';
import type { CommandShape, Given } from './commandShapes.ts';

/** A script gave a command what it cannot use. The message says what it takes instead. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/**
 * Reads what a script, a keybinding or a task gave to a command: an object, or the bare text, number or switch that its
 * shape allows.
 *
 * @throws ScriptError
 */
export function readArguments(command: CommandName, value: unknown): Given {
  const shape: CommandShape = commandShapes[command];
  const given = isObject(value) ? value : fromShort(command, shape, value);
  for (const [name, each] of Object.entries(given)) {
    if (each === undefined) continue;
    if (!isArgument(name) || !shape.takes.includes(name)) throw wrong(command, `it does not take “${name}”`);
    if (!fits(argumentTypes[name], each))
      throw wrong(command, `${name} is ${typeText(argumentTypes[name])}, not ${shown(each)}`);
  }
  return given;
}

/** `{ host?: text, port?: 1–65535 }`: what a command takes, for people. */
export function takesText(command: CommandName): string {
  const { takes, short = [] }: CommandShape = commandShapes[command];
  if (takes.length === 0) return 'nothing';
  const fields = takes.map((name) => `${name}?: ${typeText(argumentTypes[name])}`);
  return [`{ ${fields.join(', ')} }`, ...short.map((name) => `the ${name} alone`)].join(', or ');
}

export function wrong(command: CommandName, why: string): ScriptError {
  return new ScriptError(`sshPorts.${command}: ${why}. It takes ${takesText(command)}.`);
}

function fromShort(command: CommandName, { short = [] }: CommandShape, value: unknown): Record<string, unknown> {
  const name = short.find((each) => fits(argumentTypes[each], value));
  if (name === undefined) throw wrong(command, `it cannot use ${shown(value)}`);
  return { [name]: value };
}

function isArgument(name: string): name is ArgumentName {
  return Object.hasOwn(argumentTypes, name);
}

function fits(type: ArgumentType, value: unknown): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string' && value.trim() !== '';
    case 'anyText':
      return typeof value === 'string';
    case 'port':
      return typeof value === 'number' && isPort(value);
    case 'switch':
      return typeof value === 'boolean';
    default:
      return typeof value === 'string' && type.includes(value);
  }
}

function typeText(type: ArgumentType): string {
  switch (type) {
    case 'text':
    case 'anyText':
      return 'text';
    case 'port':
      return '1–65535';
    case 'switch':
      return 'true or false';
    default:
      return type.map((word) => `"${word}"`).join(' | ');
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, 80);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
