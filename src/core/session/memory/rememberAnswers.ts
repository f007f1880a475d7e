import { type HostKeyQuestion, type Prompts, secretKey } from '../../ssh/prompts.ts';

/**
 * Lets a reconnect in the background log in with the answers of the user. They are kept in memory for this session, or
 * in the secret store if the user wants that. One-time codes are never reused: such a login waits for the user.
 */
export function rememberAnswers(prompts: Prompts): { readonly asking: Prompts; readonly silent: Prompts } {
  const secrets = new Map<string, string>();
  const acceptedOnce = new Set<string>();
  return {
    asking: {
      ...prompts,
      async hostKey(question, signal) {
        const answer = await prompts.hostKey(question, signal);
        if (answer === 'once') acceptedOnce.add(keyOfHost(question));
        return answer;
      },
      async secret(question, signal) {
        const answer = await prompts.secret(question, signal);
        const key = secretKey(question);
        if (key && answer !== undefined) secrets.set(key, answer);
        return answer;
      },
    },
    silent: {
      hostKey: async (question) => (acceptedOnce.has(keyOfHost(question)) ? 'once' : 'refuse'),
      secret: async (question) => {
        // CAUTION: answer the first try only. Servers ban addresses that repeat a wrong password.
        const key = secretKey(question);
        const typed = key && 'attempt' in question && question.attempt <= 1 ? secrets.get(key) : undefined;
        return typed ?? prompts.recall?.(question);
      },
      addToAgent: async () => false,
    },
  };
}

function keyOfHost({ host, keyType, fingerprint }: HostKeyQuestion): string {
  return `${host} ${keyType} ${fingerprint}`;
}
