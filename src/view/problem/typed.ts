import type { CommandProblem } from '../../core/spec/commandProblem.ts';
import type { ForwardSyntaxProblem } from '../../core/spec/fields.ts';
import type { Texts } from './texts.ts';

/** What a person types or pastes: a forward, or a command of ssh. */
export const typedTexts: Texts<'forwardSyntax' | 'commandSyntax'> = {
  forwardSyntax: ({ expected }) => ({
    brief: 'not a forward',
    what: forwardSentences[expected],
    next: 'Examples: 8080, 8000:8080, 8000:db.internal:5432',
  }),
  commandSyntax: ({ reason, word }) => ({
    brief: 'not a command',
    what: commandSentences[reason](word),
    next: 'Example: ssh -N -L 8000:localhost:8080 me@example.com',
  }),
};

const forwardSentences: Readonly<Record<ForwardSyntaxProblem['expected'], string>> = {
  port: 'A port is a number from 1 to 65535.',
  destination: 'The destination is missing: a host and a port.',
  closingBracket: 'A closing ] is missing.',
  end: 'There is more than [bind:]port:host:port.',
  escapedCharacter: 'A character is missing after the backslash.',
  printable: 'The text contains a control character.',
  shorterName: 'That name is too long.',
  hostName: 'A host name has no blanks or slashes.',
  kubectlOption:
    'SSH Ports runs kubectl port-forward with --namespace, --context, --cluster, --user, --kubeconfig, --as, --server, --pod-running-timeout and one --address, and with no other option.',
  kubectlTarget: 'After port-forward, kubectl needs a target such as svc/web, and then ports.',
  equalRange: 'Both ranges must rise and must have the same number of ports.',
  fewerPorts: 'Those are too many ports at once.',
};

const commandSentences: Readonly<Record<CommandProblem['reason'], (word: string) => string>> = {
  unknownFlag: (word) => `ssh has no option ${word}.`,
  unsupportedFlag: (word) => `SSH Ports does not support the option ${word}: it has nothing to do with forwarding.`,
  flagNeedsValue: (word) => `The option ${word} needs a value.`,
  badPort: (word) => `“${word}” is not a port.`,
  openQuote: () => 'A closing quote is missing.',
  shellSyntax: (word) => `Only a shell understands “${word}”.`,
  noDestination: () => 'The host is missing.',
  secondJump: (word) =>
    `“${word}” is a second route to the host: ssh takes one -J, with commas between its jump hosts.`,
  relativePath: (word) => `“${word}” is relative to a folder that SSH Ports does not know: give the whole path.`,
  remoteCommand: (word) => `“${word}” would run a command on the remote, and SSH Ports only forwards.`,
};
