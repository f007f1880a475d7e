import type { KeyObject } from 'node:crypto';
import type { Log } from '../../../base/log.ts';
import { deadline } from '../../../base/delay.ts';
import { errorText } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { Agent } from './agent.ts';
import { privateBlob } from '../keys/keys.ts';
import type { Prompts } from '../prompts.ts';

/** An agent that does not answer must not hold up the login. */
const LIMIT_MS = 5000;

export interface AddDeps {
  readonly config: HostConfig;
  readonly prompts: Prompts;
  readonly log: Log;
}

/** Hands an unlocked key to the agent (ssh_config(5) AddKeysToAgent). Rejects with the signal's reason alone. */
export async function addToAgent(
  key: KeyObject,
  file: string,
  { config, prompts, log }: AddDeps,
  signal: AbortSignal,
): Promise<void> {
  const { addKeysToAgent, agentKeyLifetimeMs, identityAgent, batchMode, name: host } = config;
  if (identityAgent === undefined || addKeysToAgent === 'no') return;
  const agent = new Agent(identityAgent);
  const soon = async <T>(ask: (limit: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = deadline(LIMIT_MS, () => new Error('no answer'), signal);
    return ask(limit.signal).finally(() => limit.clear());
  };
  try {
    if (addKeysToAgent === 'ask') {
      await soon((limit) => agent.identities(limit)); // nobody is asked for the sake of an agent that is not there
      if (batchMode || !(await prompts.addToAgent({ host, keyFile: file }, signal))) return;
    }
    const constraints = {
      isConfirmed: addKeysToAgent === 'confirm',
      ...(agentKeyLifetimeMs !== undefined && { lifetimeSeconds: agentKeyLifetimeMs / 1000 }),
    };
    await soon((limit) => agent.add(privateBlob(key), file, constraints, limit));
    log.info(`${file} added to the agent`);
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`${file} not added to the agent: ${errorText(error)}`);
  }
}
