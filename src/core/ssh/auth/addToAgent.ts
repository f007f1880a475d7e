import type { KeyObject } from 'node:crypto';
import type { Log } from '../../../base/log.ts';
import { deadline } from '../../../base/delay.ts';
import { errorText } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { Agent } from './agent.ts';
import { privateBlob } from '../keys/keys.ts';
import type { Prompts } from '../prompts.ts';

/** Limits the wait for an agent that does not answer, so that the login goes on. */
const LIMIT_MS = 5000;

export interface AddDeps {
  readonly config: HostConfig;
  readonly prompts: Prompts;
  readonly log: Log;
}

/** Adds an unlocked key to the agent (ssh_config(5) AddKeysToAgent). A failure is logged. Rejects only when aborted. */
export async function addToAgent(
  key: KeyObject,
  file: string,
  { config, prompts, log }: AddDeps,
  signal: AbortSignal,
): Promise<void> {
  const { addKeysToAgent, agentKeyLifetimeMs, identityAgent, batchMode, name: host } = config;
  if (identityAgent === undefined || addKeysToAgent === 'no') return;
  const agent = new Agent(identityAgent);
  const limited = async <T>(ask: (limit: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = deadline(LIMIT_MS, () => new Error('no answer'), signal);
    return ask(limit.signal).finally(() => limit.clear());
  };
  try {
    if (addKeysToAgent === 'ask') {
      await limited((limit) => agent.identities(limit)); // fails without an agent, so that the person is not asked in vain
      if (batchMode || !(await prompts.addToAgent({ host, keyFile: file }, signal))) return;
    }
    const constraints = {
      isConfirmed: addKeysToAgent === 'confirm',
      ...(agentKeyLifetimeMs !== undefined && { lifetimeSeconds: agentKeyLifetimeMs / 1000 }),
    };
    await limited((limit) => agent.add(privateBlob(key), file, constraints, limit));
    log.info(`${file} added to the agent`);
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`${file} not added to the agent: ${errorText(error)}`);
  }
}
