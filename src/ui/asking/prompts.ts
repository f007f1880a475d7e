import type { HostKeyQuestion, Prompts } from '../../core/ssh/prompts.ts';
import { address } from '../../view/address.ts';
import { keyName } from '../../view/keyName.ts';
import { askSecret } from './askSecret.ts';
import type { RememberedSecrets } from './rememberedSecrets.ts';
import * as say from './messages.ts';

/** Characters of a server's message that anybody reads. */
const maxNotice = 500;

/** Asks in the editor what only a person can answer. Each question says which host and which key it is about. */
export function editorPrompts(secrets: RememberedSecrets): Prompts {
  return {
    async hostKey(question, signal) {
      const once = 'Accept Once';
      const remember = 'Accept and Remember';
      const title = `Is this the right key for ${question.host}?`;
      const choice = await say.ask(title, hostKeyDetail(question), remember, once);
      if (signal.aborted) return 'refuse';
      return choice === remember ? 'remember' : choice === once ? 'once' : 'refuse';
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
      const detail = `${keyFile}\n\nThe agent keeps it unlocked for later logins, to ${host} and elsewhere.`;
      return (await say.ask('Add this key to your SSH agent?', detail, add)) === add && !signal.aborted;
    },

    notice(host, text) {
      void say.info(`${host}: ${text.slice(0, maxNotice)}`);
    },
  };
}

function hostKeyDetail({ address: ip, port, keyType, fingerprint }: HostKeyQuestion): string {
  return (
    `${address(ip, port)} shows a key that your known_hosts does not have.\n\n${keyName(keyType)} ${fingerprint}\n\n` +
    'Compare the fingerprint with one you got from whoever runs the server, for example with “ssh-keygen -lf” on the server’s public key.'
  );
}

/** `Match exec` and ProxyCommand run only after this, once per command. */
export async function askConsent(command: string): Promise<boolean> {
  const allow = 'Allow';
  const detail = `${command}\n\nAllow it to run now and from now on?`;
  return (await say.ask('Your SSH configuration runs a command to connect.', detail, allow)) === allow;
}
