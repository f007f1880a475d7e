import { isPort } from '../core/spec/port.ts';
import { ScriptError } from '../view/script/readArguments.ts';
import type { Access } from './access.ts';

/** The arguments of a tool call. Every tool takes some of these. */
export interface ToolInput {
  readonly host: string;
  readonly port: number;
  readonly localPort?: number;
}

export type InputName = keyof ToolInput;

/** What a person has to agree to before a tool changes anything. */
export interface Question {
  /** Of the one host that it is about. */
  readonly host: string;
  readonly title: string;
  readonly message: string;
}

/** One tool for agents: of the editor's language models, and of the MCP server. */
export interface AgentTool {
  readonly name: string;
  readonly title: string;
  /** For the model. */
  readonly description: string;
  readonly takes: readonly InputName[];
  /** Arguments that may be left out. */
  readonly optional?: readonly InputName[];
  readonly isReadOnly: boolean;
  /** What a person is asked first; undefined where nothing changes. */
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
 * Reads what a model gave to a tool. SECURITY: nobody else has checked it.
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
