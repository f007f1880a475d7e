import type { KeyObject } from 'node:crypto';
import type { Log } from '../../base/log.ts';
import { deadline } from '../../base/delay.ts';
import { errorText } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import { Agent } from './agent.ts';
import { privateBlob } from './keys.ts';

/** An agent that does not answer must not hold up the login. */
const LIMIT_MS = 5000;

/**
 * Hands an unlocked key to the agent (ssh_config(5) AddKeysToAgent). `ask` wants a confirmation that we have no question
 * for, and without one ssh(1) adds nothing either.
 */
export async function addToAgent(
  key: KeyObject,
  file: string,
  { addKeysToAgent, agentKeyLifetimeMs, identityAgent }: HostConfig,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  if (identityAgent === undefined || addKeysToAgent === 'no' || addKeysToAgent === 'ask') return;
  const limit = deadline(LIMIT_MS, () => new Error('no answer'), signal);
  try {
    const constraints = {
      isConfirmed: addKeysToAgent === 'confirm',
      ...(agentKeyLifetimeMs !== undefined && { lifetimeSeconds: agentKeyLifetimeMs / 1000 }),
    };
    await new Agent(identityAgent).add(privateBlob(key), file, constraints, limit.signal);
    log.info(`${file} added to the agent`);
  } catch (error) {
    log.warn(`${file} not added to the agent: ${errorText(error)}`);
  } finally {
    limit.clear();
  }
}
