import type { ParityCase } from '../case.ts';

const keywords = ['user', 'hostname', 'identityfile', 'localforward'];

/**
 * D: a pasted command, beside what `ssh` gets from cmd, PowerShell or a POSIX shell. -i is written as -o, since `ssh`
 * leaves out a file that is not there, and `~\` as `~/`, which is the same on Windows alone.
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
];
