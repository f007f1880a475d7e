import type { HostKeyQuestion, Prompts } from '../../core/ssh/prompts.ts';
import { address } from '../../view/address.ts';
import { hostKeyHints } from '../../view/hostKeyHints.ts';
import { keyName } from '../../view/keyName.ts';
import { askSecret } from './askSecret.ts';
import type { RememberedSecrets } from './rememberedSecrets.ts';
import * as say from './messages.ts';

/** Characters of a server's message that are shown. */
const maxNotice = 500;

/** Asks the user in the editor. Each question names its host and its key. */
export function editorPrompts(secrets: RememberedSecrets): Prompts {
  return {
    async hostKey(question, signal) {
      const once = 'Accept Once';
      const remember = 'Accept and Remember';
      const title = `Is this the right key for ${question.host}?`;
      const choice = await say.ask(title, hostKeyDetail(question), remember, once);
      if (signal.aborted || choice === undefined) return undefined;
      return choice === remember ? 'remember' : 'once';
    },

    recall: (question) => secrets.recall(question),

    async secret(question, signal) {
      const remembered = await secrets.recall(question);
      if (remembered !== undefined) return remembered;
      const answer = await askSecret(question, signal);
      if (answer?.isRemembered && answer.text !== '') await secrets.remember(question, answer.text);
      return answer?.text;
    },

    async addToAgent({ host, keyFile }, signal) {
      const add = 'Add';
      const detail = `${keyFile}\n\nThe agent keeps the key unlocked for later logins to ${host} and to other hosts.`;
      return (await say.ask('Add this key to your SSH agent?', detail, add)) === add && !signal.aborted;
    },

    notice(host, text) {
      void say.info(`${host}: ${text.slice(0, maxNotice)}`);
    },
  };
}

function hostKeyDetail(question: HostKeyQuestion): string {
  const { address: ip, port, keyType, fingerprint } = question;
  return [
    `${address(ip, port)} presents a host key that is not in your known_hosts.`,
    `${keyName(keyType)} ${fingerprint}`,
    ...hostKeyHints(question),
    'Ask the administrator of the server for the fingerprint and compare it. On the server, “ssh-keygen -lf” with the public key file prints it.',
  ].join('\n\n');
}

/** SECURITY: `Match exec` and ProxyCommand run only after the user agreed. */
export async function askConsent(command: string): Promise<boolean> {
  const allow = 'Allow';
  const detail = `${command}\n\nDo you allow this command, now and in the future?`;
  return (await say.ask('Your SSH configuration runs a command to connect.', detail, allow)) === allow;
}
