import type { Log } from '../../src/base/log.ts';
import type { HostConfig } from '../../src/core/config/hostConfig.ts';
import type { BuiltinConnection } from '../../src/core/ssh/builtin/builtinConnection.ts';
import { connect } from '../../src/core/ssh/builtin/connect.ts';
import type { ConnectDeps } from '../../src/core/ssh/connectDeps.ts';
import type { AgentQuestion, HostKeyQuestion, Prompts, SecretQuestion } from '../../src/core/ssh/prompts.ts';

/** Prompts that answer from a script and record the questions. An unexpected question fails the test. */
export interface Script extends Prompts {
  readonly hostKeys: HostKeyQuestion[];
  readonly secrets: SecretQuestion[];
  readonly keysToAdd: AgentQuestion[];
  readonly notices: string[];
}

export function script(
  answers: {
    readonly hostKey?: (question: HostKeyQuestion) => 'once' | 'remember' | 'refuse' | undefined;
    readonly addToAgent?: (question: AgentQuestion) => boolean;
    readonly secret?: (question: SecretQuestion) => string | undefined;
  } = {},
): Script {
  const hostKeys: HostKeyQuestion[] = [];
  const secrets: SecretQuestion[] = [];
  const keysToAdd: AgentQuestion[] = [];
  const notices: string[] = [];
  return {
    hostKeys,
    secrets,
    keysToAdd,
    notices,
    hostKey: async (question) => {
      hostKeys.push(question);
      if (!answers.hostKey) throw new Error(`unexpected host key question about ${question.host}`);
      return answers.hostKey(question);
    },
    secret: async (question) => {
      secrets.push(question);
      if (!answers.secret) throw new Error(`unexpected question: ${question.kind}`);
      return answers.secret(question);
    },
    addToAgent: async (question) => {
      keysToAdd.push(question);
      if (!answers.addToAgent) throw new Error(`unexpected question about ${question.keyFile}`);
      return answers.addToAgent(question);
    },
    notice: (_, text) => void notices.push(text),
  };
}

/** A log that can be searched. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (line: string): void => void lines.push(line);
  return { lines, debug: add, info: add, warn: add, error: add };
}

/** Connects within a time limit, so that no test can hang. */
export function connectTo(
  config: HostConfig,
  deps: Partial<ConnectDeps> = {},
  signal: AbortSignal = AbortSignal.timeout(20_000),
): Promise<BuiltinConnection> {
  return connect(
    config,
    {
      prompts: script(),
      log: memoryLog(),
      resolveHop: () => Promise.reject(new Error('unexpected jump host')),
      allowCommand: async () => false,
      ...deps,
    },
    signal,
  );
}

/** The problem of the failed attempt. A success fails the test. */
export async function problemOf(attempt: Promise<unknown>): Promise<{ readonly code: string }> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof Error && 'problem' in error) return error.problem as { readonly code: string };
    throw error;
  }
  throw new Error('it did not fail');
}
