import type { ParityCase } from '../case.ts';

const keywords = ['user', 'hostname', 'identityfile', 'localforward'];

/**
 * D: a pasted command, beside what `ssh` gets from cmd, PowerShell or a POSIX shell. -i is written as -o, since `ssh`
 * leaves out a file that is not there and halves backslashes in options, and `~\` as `~/`, which is the same on Windows
 * alone.
 */
export const pasted: readonly ParityCase[] = [
  {
    kind: 'D',
    name: 'cmd: backslashes outside quotes stay',
    action: {
      kind: 'pasted',
      file: 'pasted-13-windows-key-unquoted.txt',
      words: ['-o', String.raw`IdentityFile=C:\Users\me\.ssh\key.pem`, '-L', '8080:localhost:80', 'me@box'],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'PowerShell: a tilde and backslashes',
    action: {
      kind: 'pasted',
      file: 'pasted-13b-windows-tilde-key.txt',
      words: ['-o', 'IdentityFile=~/.ssh/id_rsa', '-L', '8080:localhost:80', 'me@box'],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'cmd: the user of a domain',
    action: {
      kind: 'pasted',
      file: 'pasted-13d-windows-domain-user.txt',
      words: ['-L', '8080:localhost:80', String.raw`CORP\me@box`],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'a POSIX shell: a tilde at the start of a word is the home folder',
    action: {
      kind: 'pasted',
      file: 'pasted-14-tilde-socket-L.txt',
      words: ['-L', '{home}/docker.sock:/var/run/docker.sock', 'me@box'],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'Windows: the program with its path, and a key in a folder with a blank',
    action: {
      kind: 'pasted',
      file: 'pasted-15-windows-program-path.txt',
      words: ['-o', String.raw`IdentityFile="C:\Users\me\my keys\key.pem"`, '-L', '8080:localhost:80', 'me@box'],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'PowerShell: a prompt, the call operator and single quotes',
    action: {
      kind: 'pasted',
      file: 'pasted-15b-powershell-call.txt',
      words: ['-o', 'User=me', '-L', '8080:localhost:80', 'box'],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'cmd: a prompt, and a key on a share',
    action: {
      kind: 'pasted',
      file: 'pasted-15c-windows-share-key.txt',
      words: ['-o', String.raw`IdentityFile=\\\\server\keys\key.pem`, '-L', '8080:localhost:80', 'me@box'],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'cmd: lines that a caret continues, in one line',
    action: {
      kind: 'pasted',
      file: 'pasted-15d-cmd-continued.txt',
      words: ['-o', String.raw`IdentityFile=C:\Users\me\.ssh\key.pem`, '-L', '8080:localhost:80', 'me@box'],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'a POSIX shell: a tilde in quotes is a letter',
    action: {
      kind: 'pasted',
      file: 'pasted-16-quoted-tilde.txt',
      words: ['-L', '~/docker.sock:/var/run/docker.sock', 'me@box'],
      keywords: ['localforward'],
    },
    ours: 'localforward HOME/docker.sock /var/run/docker.sock',
    because: 'the folder of a pasted command is unknown, so a folder named ~ in it cannot be meant',
  },
  {
    kind: 'D',
    name: 'a POSIX shell: an escaped blank',
    action: {
      kind: 'pasted',
      file: 'pasted-16b-escaped-blank.txt',
      words: ['-o', 'IdentityFile="~/my keys/key.pem"', '-L', '8080:localhost:80', 'me@box'],
      keywords,
    },
  },
  {
    kind: 'D',
    name: 'a line that cmd and PowerShell read differently is refused',
    heldBy: {
      file: 'test/unit/spec/windowsWords.test.ts',
      test: 'a line that PowerShell would split otherwise is refused',
    },
  },
];
