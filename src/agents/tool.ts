import { isPort } from '../core/spec/port.ts';
import { ScriptError } from '../view/script/readArguments.ts';
import type { Access } from './access.ts';

/** The arguments of a tool call. Each tool takes some of them. */
export interface ToolInput {
  readonly host: string;
  readonly port: number;
  readonly localPort?: number;
}

export type InputName = keyof ToolInput;

/** A change that a person must agree to before the tool runs. */
export interface Question {
  /** The one host that the change is about. */
  readonly host: string;
  readonly title: string;
  readonly message: string;
}

/** One tool, for the editor's language models and the MCP server alike. */
export interface AgentTool {
  readonly name: string;
  readonly title: string;
  /** For the model. */
  readonly description: string;
  readonly takes: readonly InputName[];
  /** Optional arguments, out of `takes`. */
  readonly optional?: readonly InputName[];
  readonly isReadOnly: boolean;
  /** The question before the tool runs; undefined if the tool would change nothing. */
  readonly question: (access: Access, input: ToolInput) => Question | undefined;
  /** Resolves to plain data. @throws ScriptError; UserError<Problem> */
  readonly run: (access: Access, input: ToolInput, signal: AbortSignal) => Promise<unknown>;
}

const schemas = {
  host: {
    type: 'string',
    maxLength: 255,
    description: 'The name of the host, exactly as the list of hosts gives it.',
  },
  port: { type: 'integer', minimum: 1, maximum: 65535, description: 'A TCP port of that host.' },
  localPort: {
    type: 'integer',
    minimum: 1,
    maximum: 65535,
    description: 'The port of this machine, if it has to be a particular one. Leave it out otherwise.',
  },
} as const satisfies Readonly<Record<InputName, object>>;

/** The JSON schema of a tool's arguments. */
export function inputSchema({ takes, optional = [] }: Pick<AgentTool, 'takes' | 'optional'>): {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
} {
  return {
    type: 'object',
    properties: Object.fromEntries(takes.map((name) => [name, schemas[name]])),
    required: takes.filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}

/**
 * Reads the arguments that a model gave. SECURITY: nothing else checks them.
 *
 * @throws ScriptError
 */
export function readInput(tool: AgentTool, value: unknown): ToolInput {
  const given: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  const unknown = Object.keys(given).find((name) => !tool.takes.some((each) => each === name));
  if (unknown !== undefined)
    throw new ScriptError(`${tool.name} does not take ${JSON.stringify(unknown.slice(0, 80))}.`);
  for (const name of tool.takes) {
    const each = given[name];
    if (each === undefined && tool.optional?.includes(name)) continue;
    const fits =
      name === 'host'
        ? typeof each === 'string' && each !== '' && each.length <= schemas.host.maxLength
        : typeof each === 'number' && isPort(each);
    if (!fits)
      throw new ScriptError(`${tool.name} needs ${name}: ${name === 'host' ? 'a host' : 'a number from 1 to 65535'}.`);
  }
  return given as Partial<ToolInput> as ToolInput;
}
