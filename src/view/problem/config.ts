import type { Texts } from './texts.ts';

/** The SSH configuration, and what a person adds to it. */
export const configTexts: Texts<
  'configSyntax' | 'fileUnreadable' | 'configBadName' | 'hostExists' | 'commandNotAllowed'
> = {
  configSyntax: ({ file, line, detail }) => ({
    brief: 'bad configuration',
    // Line 0: an option of a command line, not a line of a file.
    what: line === 0 ? `An SSH option is wrong: ${detail}.` : `${file}, line ${line}: ${detail}.`,
    next:
      line === 0
        ? 'Correct the option. OpenSSH refuses it as well.'
        : 'Correct that line. OpenSSH refuses the file as well.',
  }),
  fileUnreadable: ({ file, detail }) => ({
    brief: 'unreadable file',
    what: `${file} cannot be read: ${detail}.`,
    next: 'Check that the file exists and belongs to you.',
  }),
  configBadName: ({ what, value }) => ({
    brief: `bad ${what} name`,
    what: `“${value}” is not a valid ${what} name.`,
    next: 'Type the name without shell characters and without a leading dash, as OpenSSH demands.',
  }),
  hostExists: ({ name }) => ({
    brief: 'name taken',
    what: `Your SSH configuration already has a host “${name}”.`,
    next: 'Choose another name, or change the block of that host.',
  }),
  commandNotAllowed: ({ command }) => ({
    brief: 'command not allowed',
    what: `The SSH configuration wants to run “${command}”, and you have not allowed that command.`,
    next: 'Connect again and allow the command, or remove it from the configuration.',
  }),
};
