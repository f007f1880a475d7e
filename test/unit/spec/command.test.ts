import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import {
  commandOverrides,
  formatCommand,
  parseCommand,
  parseCommandText,
  type SshCommand,
} from '../../../src/core/spec/command.ts';
import { isCommandText } from '../../../src/core/spec/commandLine.ts';
import type { CommandProblem } from '../../../src/core/spec/commandProblem.ts';
import { type ForwardKind, parseForward } from '../../../src/core/spec/grammar.ts';
import { quoteShellWord, splitShellWords } from '../../../src/core/spec/shellWords.ts';
import { local, unix } from './forwards.ts';

const plain: SshCommand = { options: [], forwards: [], mode: 'session', isBackground: false, verbosity: 0 };
const forwarding = (kind: ForwardKind, spec: string): SshCommand => ({
  ...plain,
  mode: 'forward',
  host: 'remote.example.com',
  forwards: [parseForward(kind, spec)],
});

const windows: SshCommand = {
  ...plain,
  mode: 'forward',
  host: 'box',
  user: 'me',
  forwards: [parseForward('local', '8080:localhost:80')],
};

const understood: readonly (readonly [string, SshCommand])[] = [
  [
    'ssh -N -L localhost:8000:localhost:8080 -l user remote.example.com',
    { ...forwarding('local', 'localhost:8000:localhost:8080'), user: 'user' },
  ],
  ['ssh -N -L 0.0.0.0:8000:localhost:8080 remote.example.com', forwarding('local', '0.0.0.0:8000:localhost:8080')],
  ['ssh -N -R 0.0.0.0:8022:localhost:22 remote.example.com', forwarding('remote', '0.0.0.0:8022:localhost:22')],
  ['ssh -N -R 1:0:localhost:22 remote.example.com', forwarding('remote', '1:0:localhost:22')],
  ['ssh -NR 1:0:0:22 remote.example.com', forwarding('remote', '1:0:0:22')],
  [
    '$ /usr/bin/ssh remote.example.com -fNL8000:db:80 -p2222 -i ~/.ssh/key -J jump,other -o "BatchMode yes" &',
    {
      ...forwarding('local', '8000:db:80'),
      port: 2222,
      isBackground: true,
      options: ['IdentityFile=~/.ssh/key', 'ProxyJump=jump,other', 'BatchMode yes'],
    },
  ],
  ['-D 1080', { ...plain, forwards: [parseForward('dynamic', '1080')] }],
  ['ssh -p 22 ssh://me@[::1]:2222/', { ...plain, host: '::1', user: 'me', port: 22 }],
  ['ssh me@example@host', { ...plain, host: 'host', user: 'me@example' }],
  ['ssh -l first second@host', { ...plain, host: 'host', user: 'first' }],
  ['ssh -o User=first -l second host', { ...plain, host: 'host', user: 'first' }],
  [
    'ssh -4 -C -6 -i "a b" host',
    {
      ...plain,
      host: 'host',
      options: ['AddressFamily=inet6', 'Compression=yes', 'AddressFamily=inet', 'IdentityFile="a b"'],
    },
  ],
  ['ssh -nTt -e none -vv host', { ...plain, host: 'host', verbosity: 2 }],
  ['ssh -q -- -host', { ...plain, host: '-host', verbosity: -1 }],
  [
    'ssh -b a -o BindAddress=c -b b -c aes128-ctr -B eth0 -I lib.so host',
    {
      ...plain,
      host: 'host',
      options: [
        'PKCS11Provider=lib.so',
        'BindInterface=eth0',
        'Ciphers=aes128-ctr',
        'BindAddress=b',
        'BindAddress=a',
        'BindAddress=c',
      ],
    },
  ],
  ['ssh -K host', { ...plain, host: 'host', options: ['GSSAPIAuthentication=yes', 'GSSAPIDelegateCredentials=yes'] }],
  ["ssh 'ssh://me%40corp;fingerprint=x@host:'", { ...plain, host: 'host', user: 'me@corp' }],
  ['ssh ssh://me+b@host:ssh', { ...plain, host: 'host', user: 'me b', port: 22 }],
  [`ssh -o "User='me'" -o "Port '+22'" host`, { ...plain, host: 'host', user: 'me', port: 22 }],
  [`ssh -o 'User "me' -o User=#me host`, { ...plain, host: 'host', options: ['User "me', 'User=#me'] }],
  ['ssh -p 22 \\\n  -C host # the box', { ...plain, host: 'host', port: 22, options: ['Compression=yes'] }],
  ['ssh -p 22 \\  -C \\ host', { ...plain, host: 'host', port: 22, options: ['Compression=yes'] }],
  ['ssh -p 22 \\\r\n -C host\r\n', { ...plain, host: 'host', port: 22, options: ['Compression=yes'] }],
  ['ssh -J one -o ProxyJump=two host', { ...plain, host: 'host', options: ['ProxyJump=one', 'ProxyJump=two'] }],
  ['ssh -G -N -F ./config host', { ...plain, host: 'host', mode: 'print', configFile: './config' }],
  [
    String.raw`ssh -i C:\Users\me\.ssh\key.pem -N -L 8080:localhost:80 me@box`,
    { ...windows, options: [String.raw`IdentityFile="C:\\Users\\me\\.ssh\\key.pem"`] },
  ],
  [
    String.raw`ssh -i ~\.ssh\id_rsa -N -L 8080:localhost:80 me@box`,
    { ...windows, options: ['IdentityFile=~/.ssh/id_rsa'] },
  ],
  [String.raw`ssh -N -L 8080:localhost:80 CORP\me@box`, { ...windows, user: String.raw`CORP\me` }],
  [
    String.raw`PS C:\Users\me> & "C:\Program Files (x86)\OpenSSH\ssh.exe" -i "\\server\my keys\k" -N -L 8080:localhost:80 me@box`,
    { ...windows, options: [String.raw`IdentityFile="\\\\server\\my keys\\k"`] },
  ],
  [String.raw`C:\Users\me>C:\Windows\System32\OpenSSH\ssh.exe -N -L 8080:localhost:80 me@box`, windows],
  ['ssh.exe -N ^ -L 8080:localhost:80 ` me@box', windows],
  [
    'ssh -nNT -L ~/docker.sock:/var/run/docker.sock me@box',
    { ...windows, forwards: [local(unix(`${os.homedir()}/docker.sock`), unix('/var/run/docker.sock'))] },
  ],
  ['sudo ssh -N -L 8080:localhost:80 me@box', windows],
  ['me@laptop:~/src$ sudo -E -u root nohup ssh -N -L 8080:localhost:80 me@box &', windows],
  ['[me@laptop src]$ ssh -N -L 8080:localhost:80 me@box', windows],
  ['autossh -M 0 -N -L 8080:localhost:80 me@box', windows],
  ['AUTOSSH_GATETIME=0 autossh -NM20000 -L 8080:localhost:80 me@box', windows],
];

for (const [text, command] of understood) {
  void test(`${text} is parsed, and its formatted form parses to the same value`, () => {
    assert.ok(isCommandText(text));
    assert.deepEqual(parseCommandText(text), command);
    assert.deepEqual(parseCommandText(formatCommand(command)), command);
  });
}

const refused: readonly (readonly [string, CommandProblem['reason'], string])[] = [
  ['ssh -Z host', 'unknownFlag', '-Z'],
  ['ssh -N --help host', 'unknownFlag', '--'],
  ['ssh -NX host', 'unsupportedFlag', '-X'],
  ['ssh host -L', 'flagNeedsValue', '-L'],
  ['ssh -F "" host', 'flagNeedsValue', '-F'],
  ['ssh -J "" host', 'flagNeedsValue', '-J'],
  ['ssh -p 22x host', 'badPort', '22x'],
  ['ssh -p 0 host', 'badPort', '0'],
  ['ssh me@', 'noDestination', 'me@'],
  ['ssh ssh://host/path', 'noDestination', 'ssh://host/path'],
  ['ssh ssh://%zz@host', 'noDestination', 'ssh://%zz@host'],
  ['ssh ssh://', 'noDestination', 'ssh://'],
  ['ssh -J one -J two host', 'secondJump', 'two'],
  ['ssh -o "ProxyCommand nc" -J two host', 'secondJump', 'two'],
  ['ssh host uptime', 'remoteCommand', 'uptime'],
  ["ssh 'host", 'openQuote', "'host"],
  ['ssh -i "$HOME/key" host', 'shellSyntax', '$HOME/key'],
  ['ssh host | cat', 'shellSyntax', '| cat'],
  [String.raw`ssh -i %USERPROFILE%\.ssh\k host`, 'shellSyntax', String.raw`%USERPROFILE%\.ssh\k`],
  [String.raw`ssh -i "$env:HOME\k" -l CORP\me host`, 'shellSyntax', String.raw`"$env:HOME\k"`],
  [String.raw`ssh -l CORP\me host & dir`, 'shellSyntax', '&'],
  [String.raw`ssh -i C:\k "host`, 'openQuote', '"host'],
  ['ssh host; rm -rf x', 'shellSyntax', '; rm -rf x'],
];

for (const [text, reason, word] of refused) {
  void test(`${text} is refused: ${reason}`, () => {
    assert.throws(
      () => parseCommandText(text),
      (error: UserError) => {
        assert.deepEqual(error.problem, { code: 'commandSyntax', reason, word });
        return true;
      },
    );
  });
}

void test('a word with a special meaning to a shell is quoted', () => {
  assert.equal(quoteShellWord('=ls'), "'=ls'");
  assert.equal(quoteShellWord('Port=22'), 'Port=22');
});

void test('ports, hosts and addresses are not taken for commands', () => {
  for (const text of ['8080', '8000:db:80', 'ssh.example.com:22', 'sshd', '', 'sudo reboot'])
    assert.equal(isCommandText(text), false);
});

void test('the overrides of a command are lines of ssh_config, with values quoted if needed', () => {
  const command = parseCommand(['-l', 'me', '-p', '22', '-i', 'a "b"', '-L', ':80:[::1]:81', '-R', '0', 'host']);
  assert.deepEqual(commandOverrides(command), [
    'IdentityFile="a \\"b\\""',
    'User=me',
    'Port=22',
    'LocalForward *:80 [::1]:81',
    'RemoteForward 0',
  ]);
});

const word = fc.string({
  unit: fc.constantFrom('a', ' ', "'", '"', '\\', '$', '&', ';', '\n', '~', 'é'),
  maxLength: 8,
});

void test('the splitter reads quoted words back unchanged', () => {
  fc.assert(
    fc.property(
      fc.array(
        word.filter((each) => each !== '' && each !== '&'),
        { maxLength: 5 },
      ),
      (words) => {
        assert.deepEqual(splitShellWords(['ssh', ...words.map(quoteShellWord)].join(' ')), ['ssh', ...words]);
      },
    ),
  );
});

const name = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', '-', ' ', "'", '$'), minLength: 1, maxLength: 6 });
const specs = fc.constantFrom(
  parseForward('local', '8000:db:80'),
  parseForward('local', '*:8000:[::1]:80'),
  parseForward('remote', '1:0:0:22'),
  parseForward('remote', '/tmp/a b:/tmp/c'),
  parseForward('remote', '0'),
  parseForward('dynamic', 'localhost:1080'),
);
const commands = fc.record(
  {
    host: name,
    user: name,
    port: fc.integer({ min: 1, max: 65_535 }),
    configFile: name,
    options: fc.array(
      name.map((value) => `ProxyCommand=${value}`),
      { maxLength: 2 },
    ),
    forwards: fc.array(specs, { maxLength: 3 }),
    mode: fc.constantFrom('session' as const, 'forward' as const, 'print' as const),
    isBackground: fc.boolean(),
    verbosity: fc.integer({ min: -1, max: 3 }),
  },
  { noNullPrototype: true, requiredKeys: ['options', 'forwards', 'mode', 'isBackground', 'verbosity'] },
);

void test('every formatted command parses to the same value', () => {
  fc.assert(
    fc.property(commands, (command) => assert.deepEqual(parseCommandText(formatCommand(command)), command)),
    { numRuns: 1000 },
  );
});

void test('any pasted text is either parsed or refused with a problem', () => {
  const words = fc.array(fc.oneof(word, fc.constantFrom('-L', '-p', '22', '-o', 'User=x', '-N', '8000:h:80', 'h')));
  fc.assert(
    fc.property(words, (parts) => {
      try {
        parseCommandText(parts.join(' '));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});
