import fc from 'fast-check';

/** A generated configuration: files by path below ~/.ssh, `config` among them, and the destination to resolve. */
export interface GeneratedConfig {
  readonly host: string;
  readonly files: Readonly<Record<string, string>>;
}

const hosts = ['h1', 'web.example.com', 'DB-1', '10.1.2.3', '::1', '127.1', 'a-b_c', 'x'];
const host = fc.constantFrom(...hosts);

/** Mostly valid values and few nearly valid ones, because ssh refuses the whole file for one bad value. */
function mostly<T, U>(good: fc.Arbitrary<T>, odd: fc.Arbitrary<U>): fc.Arbitrary<T | U> {
  return fc.oneof({ arbitrary: good, weight: 250 }, { arbitrary: odd, weight: 1 });
}

const pattern = fc.oneof(
  host,
  fc.constantFrom(
    '*',
    'h?',
    'h*',
    '*.example.com',
    'web*',
    '??',
    '1*',
    '*1',
    'D*',
    'db-1',
    '*:*',
    'h1,x',
    '***x***',
    'nope',
  ),
);
const maybeNegated = fc.tuple(fc.constantFrom('', '', '', '!'), pattern).map(([mark, text]) => mark + text);
const hostLine = fc
  .array(mostly(maybeNegated, fc.constantFrom('', '!', '#x')), { minLength: 1, maxLength: 4 })
  .map((patterns) => ({ keyword: 'Host', words: patterns }));

const list = fc.array(maybeNegated, { minLength: 1, maxLength: 3 }).map((patterns) => patterns.join(','));
const criterion = fc.oneof(
  fc.tuple(fc.constantFrom('host', 'originalhost', 'HOST', '!host', '!originalhost'), list),
  fc.tuple(fc.constantFrom('user', 'localuser', '!user'), fc.constantFrom('root', '*', 'bob,root', '!bob,*', 'b?b')),
  fc.tuple(fc.constantFrom('exec', '!exec'), fc.constantFrom('true', 'false')),
  fc.tuple(fc.constantFrom('exec', '!exec'), fc.constantFrom('test %h = h1', 'test %p%% = 22%%', 'test "x%r" = xroot')),
  fc.constant(['final']),
  fc.constantFrom(['canonical'], ['!canonical']),
);
/** Only forms that all versions read alike: newer ones take quotes and escapes here that older ones do not. */
const matchLine = fc
  .oneof(
    fc.array(criterion, { minLength: 1, maxLength: 3 }).map((all) => all.flat()),
    fc.constantFrom(['all'], ['!all'], ['final', 'all'], ['canonical', 'all']),
    mostly(fc.constant(['all']), fc.constantFrom(['host'], ['bogus', 'x'], ['all', 'host', 'x'], ['#'])),
  )
  .map((words) => ({
    keyword: 'Match',
    text: words.map((word) => (word.includes(' ') ? `"${word.replaceAll('"', '')}"` : word)).join(' '),
  }));

const flag = mostly(fc.constantFrom('yes', 'no', 'true', 'False', 'YES'), fc.constantFrom('maybe', '', '1'));
const number = mostly(
  fc.integer({ min: 1, max: 99_999 }).map(String),
  fc.constantFrom('', '-1', '1x', '99999999999', '0', '+7', '007'),
);
const time = mostly(
  fc.constantFrom('0', '10', '1m30s', '2M', '1h', '3d', '1w2d', '5s5s', 'none', '+4'),
  fc.constantFrom('1x', '-1', '1.5', '', '99999w', ' '),
);
const portNumber = mostly(
  fc.constantFrom('22', '2222', '65535', 'ssh', 'http', '0080', '+23'),
  fc.constantFrom('0', '65536', '-1', 'nosuchservice', '22 ', '1.0', ''),
);
const text = fc.oneof(
  fc.constantFrom(
    'bob',
    'a b',
    'x#y',
    'tail#',
    'a=b',
    '=x',
    'CORP\\bob',
    'it’s',
    'ünï',
    "q'q",
    'd"d',
    'back\\',
    'a\\ b',
    '%%',
    'tab\there',
    '~',
    '$X',
    '~x y',
  ),
  fc.string({
    minLength: 1,
    maxLength: 8,
    unit: fc.constantFrom('a', 'Z', '0', '.', '-', '_', '/', ' ', '#', '=', '\\', '"', "'", ',', '%', '~', '$'),
  }),
);
const plain = fc.constantFrom('bob', 'alice', 'a.b', 'x_y', 'none', 'None', 'K9');
const file = fc.oneof(
  fc.constantFrom(
    '~/.ssh/a',
    '/etc/k',
    'none',
    '~/x y',
    'rel/k',
    'k#1',
    '%d/%h',
    '~root/k',
    '/k%%',
    '%u-%n-%p-%r-%L-%l-%i-%k',
  ),
  mostly(fc.constant('${KEYDIR}/k'), fc.constantFrom('${NOT_SET}/k', '%z', '${', '~nosuchuser/x', '')),
);
const oneOrTwoFiles = mostly(
  fc.oneof(
    fc.constant(['none']),
    fc.array(
      file.filter((name) => name !== 'none'),
      { minLength: 1, maxLength: 2 },
    ),
  ),
  fc.array(file, { minLength: 2, maxLength: 2 }),
);
const algorithmsOf = (names: readonly string[]): fc.Arbitrary<string> =>
  mostly(
    fc
      .tuple(
        fc.constantFrom('', '', '+', '-', '^'),
        fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }),
      )
      .map(([mark, all]) => mark + all.join(',')),
    fc.constantFrom('nope', '+nope', '-nope', '-*', '', '+', '+,', '!x', '-!*x', `${names[0]},,nope`),
  );
const ciphers = algorithmsOf([
  'aes128-ctr',
  'aes256-gcm@openssh.com',
  '3des-cbc',
  'chacha20-poly1305@openssh.com',
  'aes256-cbc',
]);
const macs = algorithmsOf(['hmac-sha1', 'hmac-md5', 'umac-64-etm@openssh.com', 'hmac-sha2-512']);
const kex = algorithmsOf([
  'curve25519-sha256',
  'diffie-hellman-group1-sha1',
  'ecdh-sha2-nistp256',
  'sntrup761x25519-sha512@openssh.com',
]);
const keys = algorithmsOf([
  'ssh-rsa',
  'ssh-*',
  'ssh-ed25519',
  '*cert*',
  'rsa-sha2-256',
  'ecdsa-sha2-nistp521',
  'sk-*@openssh.com',
  'ssh-dss',
]);

const hostPort = mostly(
  fc.constantFrom(
    'localhost:80',
    '[::1]:80',
    'db.internal:5432',
    '/run/x.sock',
    '/run/%h-%p.sock',
    '${KEYDIR}/s',
    '127.0.0.1:http',
    'x:08',
  ),
  fc.constantFrom('80', 'a:b:c', '[::1:80', ':', 'x:0', 'x:70000', '::1/80', ''),
);
const listen = mostly(
  fc.constantFrom(
    '8080',
    '127.0.0.1:8080',
    '[::1]:8080',
    '*:8080',
    ':8080',
    'localhost:http',
    '/run/l.sock',
    '/run/%u-%%.sock',
    '${KEYDIR}/l',
  ),
  fc.constantFrom('0', '70000', 'a:b', '::1/8080', '[x', 'x:'),
);
const jump = mostly(
  fc
    .array(
      fc.constantFrom(
        'j1',
        'bob@j2',
        'j3:2200',
        'a@b@j4:22',
        '[::1]:2201',
        '10.0.0.1',
        'ssh://j5',
        'ssh://u@j6:2222',
        'u%20@j7',
        'ssh://u%20v@j8',
        '[fe80::1]',
        'j9:',
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((hops) => hops.join(',')),
  fc.constantFrom('none', 'NONE', '@j', ',', 'a,,b', 'j:0', 'j:x', 'ssh://', 'ssh://j/path', 'j/x', '[::1', ''),
);

/** Keyword and its arguments, to be quoted as needed. */
const settings: readonly (readonly [keyword: string, words: fc.Arbitrary<readonly string[]>])[] = [
  ...[
    'BatchMode',
    'CheckHostIP',
    'ClearAllForwardings',
    'ExitOnForwardFailure',
    'ForwardX11',
    'GatewayPorts',
    'GSSAPIAuthentication',
    'HashKnownHosts',
    'IdentitiesOnly',
    'KbdInteractiveAuthentication',
    'ChallengeResponseAuthentication',
    'PasswordAuthentication',
    'DSAAuthentication',
    'StreamLocalBindUnlink',
    'TCPKeepAlive',
    'KeepAlive',
    'VisualHostKey',
    'ProxyUseFdpass',
    'UpdateHostKeys',
    'VerifyHostKeyDNS',
    'CanonicalizeFallbackLocal',
    'StrictHostKeyChecking',
    'PubkeyAuthentication',
    'RequestTTY',
    'ForwardAgent',
  ].map((keyword) => [keyword, one(flag)] as const),
  ...[
    'ConnectionAttempts',
    'NumberOfPasswordPrompts',
    'ServerAliveCountMax',
    'CanonicalizeMaxDots',
    'RequiredRSASize',
  ].map((keyword) => [keyword, one(number)] as const),
  ...['ConnectTimeout', 'ServerAliveInterval', 'ForwardX11Timeout', 'ServerAliveInterval'].map(
    (keyword) => [keyword, one(time)] as const,
  ),
  ...[
    'User',
    'BindAddress',
    'BindInterface',
    'HostKeyAlias',
    'PreferredAuthentications',
    'XAuthLocation',
    'KbdInteractiveDevices',
    'PKCS11Provider',
    'SecurityKeyProvider',
    'RevokedHostKeys',
    'IgnoreUnknown',
  ].map((keyword) => [keyword, one(text)] as const),
  ...['IdentityFile', 'IdentityFile2', 'CertificateFile'].map(
    (keyword) => [keyword, one(fc.oneof(file, text))] as const,
  ),
  ...['ControlPath', 'IdentityAgent'].map((keyword) => [keyword, one(fc.oneof(file, plain))] as const),
  // Paths that exist: ssh looks for them when ExitOnForwardFailure is on.
  ['ForwardAgent', one(fc.constantFrom('${ROOT}tmp', '~/', '%d', '/'))],
  [
    'HostName',
    one(
      mostly(
        fc.oneof(
          host,
          fc.constantFrom('%h.example.com', 'A.B', 'real', '%h', '%%x', '0x7f.1', 'FE80::0001', '1.2.3.4.5'),
        ),
        fc.constantFrom('%n', '%', ''),
      ),
    ),
  ],
  ['Port', one(portNumber)],
  ['Ciphers', one(ciphers)],
  ['MACs', one(macs)],
  ['KexAlgorithms', one(kex)],
  ['HostKeyAlgorithms', one(keys)],
  ['PubkeyAcceptedKeyTypes', one(keys)],
  ['CASignatureAlgorithms', one(algorithmsOf(['ssh-rsa', 'ssh-ed25519', 'rsa-*']))],
  ['UserKnownHostsFile', oneOrTwoFiles],
  ['GlobalKnownHostsFile', oneOrTwoFiles],
  [
    'SendEnv',
    fc.array(mostly(fc.constantFrom('LANG', 'LC_*', 'FOO', '-LANG', '-L*', 'A?'), fc.constantFrom('A=B', '')), {
      minLength: 1,
      maxLength: 3,
    }),
  ],
  [
    'SetEnv',
    fc.array(mostly(fc.constantFrom('A=1', 'B=x y', 'A=2', 'C=', 'D=a=b', 'E=%h'), fc.constantFrom('F', '')), {
      minLength: 1,
      maxLength: 3,
    }),
  ],
  ['LocalForward', fc.tuple(listen, hostPort)],
  ['RemoteForward', fc.oneof(fc.tuple(listen, hostPort), one(listen))],
  ['DynamicForward', one(listen)],
  [
    'PermitRemoteOpen',
    fc.array(
      mostly(
        fc.constantFrom('a:80', '[::1]:22', '*:443', 'b:*', ':5'),
        fc.constantFrom('any', 'none', 'x', 'x:0', 'a/b:1'),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  ],
  [
    'RekeyLimit',
    fc.oneof(
      one(fc.constantFrom('1G', '512K', '16', 'default', '1.5M', '0')),
      fc.tuple(fc.constantFrom('1G', 'default', '15', 'x'), time),
    ),
  ],
  ['ControlPersist', one(mostly(fc.constantFrom('yes', 'no', '0', '5m', 'true'), fc.constantFrom('YES', 'x')))],
  [
    'AddKeysToAgent',
    fc.oneof(
      one(mostly(fc.constantFrom('yes', 'ask', 'confirm', 'no', '1h', '0'), fc.constantFrom('none', '1x'))),
      fc.tuple(fc.constantFrom('confirm', 'Confirm'), fc.constantFrom('5m', '0')),
    ),
  ],
  ['StreamLocalBindMask', one(mostly(fc.constantFrom('0177', '022', '7', '0777x'), fc.constantFrom('8', '1000', '')))],
  [
    'IPQoS',
    fc.array(
      mostly(
        fc.constantFrom('af11', 'CS1', 'ef', 'le', 'lowdelay', 'none', '0x10', '4', '010', '255', 'af43'),
        fc.constantFrom('256', 'x', '-1', ''),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  ],
  [
    'TunnelDevice',
    one(mostly(fc.constantFrom('any', '0', '1:2', 'any:3', 'Any:any'), fc.constantFrom('x', '1:2:3', '', ':'))),
  ],
  ['Tunnel', one(fc.constantFrom('yes', 'ethernet', 'point-to-point', 'no'))],
  [
    'EscapeChar',
    one(mostly(fc.constantFrom('none', '~', '^A', '^?', 'x', ' ', '\\', '#'), fc.constantFrom('ab', '^', '^é', 'é'))),
  ],
  ['LogLevel', one(mostly(fc.constantFrom('INFO', 'debug', 'DEBUG3', 'quiet', 'Error'), fc.constantFrom('loud', '')))],
  ['SyslogFacility', one(mostly(fc.constantFrom('USER', 'local3', 'AUTHPRIV'), fc.constantFrom('MAIL')))],
  ['LogVerbose', fc.array(fc.constantFrom('a', 'b:*'), { minLength: 1, maxLength: 2 })],
  ['AddressFamily', one(mostly(fc.constantFrom('any', 'inet', 'INET6'), fc.constantFrom('4')))],
  ['CanonicalizeHostname', one(fc.constantFrom('no', 'no', 'yes', 'always', 'false'))],
  ['SessionType', one(fc.constantFrom('none', 'subsystem', 'default'))],
  ['FingerprintHash', one(mostly(fc.constantFrom('md5', 'SHA256'), fc.constantFrom('crc')))],
  ['ControlMaster', one(fc.constantFrom('auto', 'yes', 'autoask', 'no'))],
  ['ForkAfterAuthentication', one(mostly(fc.constant('no'), fc.constant('yes')))],
  ['Protocol', fc.array(plain, { minLength: 1, maxLength: 3 })],
  ['UseRoaming', one(plain)],
];

function one(value: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return mostly(
    value.map((word) => [word]),
    fc.tuple(value, value),
  );
}

/** The keywords whose argument is the rest of the line, without quotes. */
const commandLine = fc.oneof(
  fc.record({
    keyword: fc.constantFrom('ProxyCommand', 'LocalCommand', 'RemoteCommand', 'KnownHostsCommand', 'ProxyCommand'),
    text: mostly(
      fc.constantFrom('nc  %h %p', 'none', 'NONE', 'a "b  c" # d', "x 'y'", 'a\\ b', '%%', '/bin/true'),
      fc.constantFrom("it's", '"', '= x', '%z'),
    ),
  }),
  fc.record({ keyword: fc.constant('ProxyJump'), text: jump }),
);

interface RawLine {
  readonly keyword: string;
  readonly words?: readonly string[];
  readonly text?: string;
}

const unknownLine = fc.constantFrom(['yes', 'no'], []).map((words) => ({ keyword: 'FooBar', words }));
const settingLine: fc.Arbitrary<RawLine> = fc.oneof(
  {
    weight: settings.length * 4,
    arbitrary: fc.oneof(...settings.map(([keyword, words]) => words.map((all) => ({ keyword, words: all })))),
  },
  { weight: 24, arbitrary: commandLine },
  { weight: 1, arbitrary: unknownLine },
);

const quoting = fc.constantFrom('bare', 'bare', 'double', 'single', 'escaped');

/** Writes a word so that ssh reads it back unchanged: in quotes, with escapes, or bare where that is possible. */
function quote(word: string, style: string): string {
  if (style === 'bare' && /^[^\s"'\\#][^\s"'\\]*$/.test(word)) return word;
  if (style === 'single' && !/['\\]/.test(word)) return `'${word}'`;
  if (style === 'escaped' && /^[^\t#]+$/.test(word)) return word.replaceAll(/[\\"' ]/g, String.raw`\$&`);
  return `"${word.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}

const layout = fc.record({
  indent: fc.constantFrom('', '  ', '\t', ' \t '),
  separator: fc.constantFrom(' ', ' ', '=', ' = ', '\t', '  '),
  upper: fc.constantFrom('as is', 'as is', 'upper', 'lower', 'quoted'),
  styles: fc.array(quoting, { minLength: 4, maxLength: 4 }),
  comment: fc.constantFrom('', '', '', ' # why', '\t#', ' #x"'),
  end: fc.constantFrom('', '', '', ' ', '\r', '\f', '\t '),
});

const written = (line: fc.Arbitrary<RawLine>): fc.Arbitrary<string> =>
  fc.tuple(line, layout).map(([{ keyword, words, text: raw }, { indent, separator, upper, styles, comment, end }]) => {
    const cases: Readonly<Record<string, string>> = {
      upper: keyword.toUpperCase(),
      lower: keyword.toLowerCase(),
      quoted: `"${keyword}"`,
    };
    const value =
      raw ??
      (words ?? [])
        .map((word, index) => quote(word, styles[index % styles.length] ?? 'bare'))
        .join(separator.trim() === '' ? separator : ' ');
    // A comment after a command is part of the command, and versions of ssh disagree about a comment after Match.
    const tail = raw === undefined ? comment : '';
    return `${indent}${cases[upper] ?? keyword}${upper === 'quoted' ? ' ' : separator}${value}${tail}${end}`;
  });

const noise = fc.constantFrom('', '# Host h1', '   # Port 1', '\t', '#', '"unclosed keyword');
const body = fc.array(fc.oneof({ weight: 8, arbitrary: written(settingLine) }, { weight: 1, arbitrary: noise }), {
  minLength: 0,
  maxLength: 4,
});
const includeLine = (paths: readonly string[]): fc.Arbitrary<RawLine> =>
  fc
    .array(mostly(fc.constantFrom(...paths), fc.constantFrom('', 'config', 'conf.d/{a,b}.conf')), {
      minLength: 1,
      maxLength: 2,
    })
    .map((words) => ({ keyword: 'Include', words }));
const conf = ['conf.d/*.conf', 'conf.d/[ab].conf', 'missing', 'conf.d/?.conf', 'conf.d', '~/.ssh/conf.d/[!a].conf'];
const header = fc.oneof({ weight: 5, arbitrary: written(hostLine) }, { weight: 4, arbitrary: written(matchLine) });
const fileText = (sections: number, paths: readonly string[]): fc.Arbitrary<string> => {
  const section = fc
    .tuple(header, body, fc.option(written(includeLine(paths)), { freq: 4 }))
    .map(([head, lines, include]) => [head, ...lines, ...(include === null ? [] : [include])]);
  return fc
    .tuple(body, fc.array(section, { maxLength: sections }), fc.constantFrom('\n', '\n', '\r\n'), fc.boolean())
    .map(([top, all, newline, endsWell]) => [...top, ...all.flat()].join(newline) + (endsWell ? newline : ''));
};

export const generatedConfig: fc.Arbitrary<GeneratedConfig> = fc.record({
  host,
  files: fc.record({
    config: fileText(4, ['one.conf', '~/.ssh/one.conf', ...conf]),
    'one.conf': fileText(2, conf),
    'conf.d/a.conf': fileText(1, ['missing']),
    'conf.d/b.conf': fileText(1, ['missing']),
    'conf.d/.hidden.conf': fc.constant('Port 1\n'),
  }),
});
