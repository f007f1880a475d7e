import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { parseLsof, parseLsofProcess } from '../../../src/core/listing/lsof.ts';
import { parseNetstatBsd, parseNetstatLinux, parseNetstatWindows } from '../../../src/core/listing/netstat.ts';
import { parseProcFds, parseProcNet, unixInodes } from '../../../src/core/listing/procNet.ts';
import { parseSockstat } from '../../../src/core/listing/sockstat.ts';
import { parseSs, parseSsOwners } from '../../../src/core/listing/ss.ts';

/** One capture of the same sockets with several tools. Each section has `$ command`, its output and an empty line. */
const captured = fs.readFileSync(new URL('../../fixtures/listeners-linux.txt', import.meta.url), 'utf8');

function output(command: string): string {
  const start = captured.indexOf(`$ ${command}\n`);
  assert.notEqual(start, -1, command);
  const end = captured.indexOf('\n\n', start);
  return captured.slice(captured.indexOf('\n', start) + 1, end < 0 ? undefined : end);
}

const everySocket = [
  '127.0.0.1 50567',
  '127.0.0.1 50695',
  '127.0.0.1 52677',
  '127.0.0.1 53243',
  '127.0.0.1 54925',
  '127.0.0.1 55433',
  '127.0.0.1 8088',
  '127.0.0.1 41397',
  '127.0.0.1 42167',
  '127.0.0.1 59899',
  '127.0.0.1 43569',
  '0.0.0.0 8085',
  '0.0.0.0 8080',
  '::1 8083',
  '127.0.0.1 8084',
  'fe80::5 8087',
  ':: 8086',
  ':: 8082',
  ':: 8081',
];

function places(sockets: readonly { readonly address: string; readonly port: number }[]): string[] {
  return sockets.map(({ address, port }) => `${address} ${port}`);
}

void test('ss lists every socket with address and port, with and without processes', () => {
  assert.deepEqual(places(parseSsOwners(output('ss -Htlnp'))), everySocket);
  assert.deepEqual(places(parseSs(output('ss -Htln'))), everySocket);
});

void test('the header of ss is skipped', () => {
  assert.deepEqual(places(parseSs(output('ss -tln | head -2'))), ['127.0.0.1 50567']);
});

void test('process names with quotes, brackets, commas, blanks and line ends are read unchanged', () => {
  const names = new Map(parseSsOwners(output('ss -Htlnp')).map(({ port, process }) => [port, process]));
  assert.deepEqual(names.get(50567), { pid: 50, name: 'x",pid=1,fd=2' });
  assert.deepEqual(names.get(50695), { pid: 53, name: 'üñí' });
  assert.deepEqual(names.get(52677), { pid: 56, name: 'back\\slash' });
  assert.deepEqual(names.get(53243), { pid: 54, name: 'tab name' });
  assert.deepEqual(names.get(55433), { pid: 48, name: 'my proc' });
  assert.deepEqual(names.get(41397), { pid: 55, name: 'nl name' });
  assert.deepEqual(names.get(42167), { pid: 51, name: '(paren' });
  assert.deepEqual(names.get(59899), { pid: 49, name: 'a"b' });
  assert.deepEqual(names.get(43569), { pid: 52, name: 'comma,name' });
});

void test('of several processes with one socket, the one with the lowest PID owns it', () => {
  const shared = parseSsOwners(output('ss -Htlnp')).find(({ port }) => port === 8080);
  assert.deepEqual(shared?.process, { pid: 1, name: 'python3' });
});

void test('the output of old versions of ss is parsed', () => {
  const [socket] = parseSsOwners('LISTEN 0 128 :::22 :::* users:(("sshd",1203,3),("sshd",1204,3))');
  assert.deepEqual(socket, { address: '::', port: 22, process: { pid: 1203, name: 'sshd' } });
});

void test('a process name that imitates the list of another process is ignored', () => {
  for (const name of ['",pid=1,fd=2),(', '",pid=1,fd=2))']) {
    const [socket] = parseSsOwners(`LISTEN 0 5 127.0.0.1:80 0.0.0.0:* users:(("${name}",pid=50,fd=9))`);
    assert.equal(socket?.port, 80);
    assert.notEqual(socket.process?.pid, 1);
  }
});

void test('ss -e gives backlog, inode and uid, and a missing uid is root', () => {
  assert.deepEqual(parseSs(output('ss -Htlne | head -3'))[0], {
    address: '127.0.0.1',
    port: 50567,
    backlog: 5,
    inode: '357831',
    uid: 0,
  });
  const [socket] = parseSs('LISTEN 0 5 *:80 *:* uid:1000 ino:7 sk:1 cgroup:/a uid:5 ino:6 v6only:0 <->');
  assert.deepEqual(socket, { address: '::', port: 80, backlog: 5, inode: '7', uid: 1000 });
});

void test('a row of ss without the state is parsed', () => {
  const text = [
    'Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess',
    '0      128          0.0.0.0:2024       0.0.0.0:*    ino:1151 sk:1 cgroup:/ <->',
    '0      511            [::1]:36239         [::]:*    uid:1000 ino:2464281 sk:18b8 cgroup:/ v6only:1 <->',
    '',
  ];
  assert.deepEqual(parseSs(text.join('\n')), [
    { address: '0.0.0.0', port: 2024, backlog: 128, inode: '1151', uid: 0 },
    { address: '::1', port: 36239, backlog: 511, inode: '2464281', uid: 1000 },
  ]);
});

void test('the addresses of /proc/net/tcp and tcp6 are decoded', () => {
  assert.deepEqual(parseProcNet(output('cat /proc/net/tcp | head -4'))[0], {
    address: '127.0.0.1',
    port: 50567,
    uid: 0,
    inode: '357831',
  });
  const six = parseProcNet(output('cat /proc/net/tcp6 | head -4'));
  assert.deepEqual(places(six), ['::1 8083', '127.0.0.1 8084', 'fe80::5 8087']);
});

void test('the longest run of zeros in an IPv6 address is compressed', () => {
  const row = (address: string): string =>
    `   0: ${address}:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7 1 0`;
  assert.deepEqual(places(parseProcNet(row('00000000000000000000000000000000'))), [':: 80']);
  assert.deepEqual(places(parseProcNet(row('B80D0120000000000000010001000000'))), ['2001:db8::1:0:0:1 80']);
  assert.deepEqual(places(parseProcNet(row('B80D0120010002000300040005000600'))), ['2001:db8:2:1:4:3:6:5 80']);
});

void test('sockets that do not listen are left out of /proc/net/tcp', () => {
  const row = '   1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 9 1 0 ';
  assert.deepEqual(parseProcNet(row), []);
});

void test('the links in /proc/PID/fd give the process of each socket', () => {
  const text = [
    '/proc/9/fd:',
    'lrwx------ 1 root root 64 Nov 22 11:00 3 -> socket:[77]',
    'lrwx------ 1 root root 64 Nov 22 11:00 4 -> /tmp/x 5 -> socket:[88]',
    '/proc/8/fd:',
    'lrwx------ 1 root root 64 Nov 22 11:00 3 -> socket:[77]',
  ].join('\n');
  assert.deepEqual([...parseProcFds(text)], [['77', 8]]);
});

void test('the inode of a Unix socket is that of the socket which listens at exactly this path', () => {
  const text = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '00000000f8609452: 00000003 00000000 00000000 0001 03  1077 /run/a b.sock',
    '00000000bdeaaf02: 00000002 00000000 00010000 0001 01 262210 /run/a b.sock',
    '00000000bdeaaf03: 00000002 00000000 00010000 0001 01 262211 /run/a  b.sock',
    '00000000bdeaaf04: 00000002 00000000 00010000 0001 01 262212',
  ].join('\n');
  assert.deepEqual(unixInodes(text, '/run/a b.sock'), ['262210']);
  assert.deepEqual(unixInodes(text, '/run/none'), []);
});

void test('netstat of Linux gives addresses and processes', () => {
  const sockets = parseNetstatLinux(output('netstat -tlnp'));
  assert.deepEqual(places(sockets), everySocket);
  assert.deepEqual(sockets[0]?.process, { pid: 50, name: 'python3' });
});

void test('netstat of busybox gives addresses, that of net-tools users and inodes', () => {
  assert.deepEqual(places(parseNetstatLinux(output('busybox netstat -tln | head -4'))), everySocket.slice(0, 2));
  const row = 'tcp        0      0 0.0.0.0:2024            0.0.0.0:*               LISTEN      1000       1151      ';
  assert.deepEqual(parseNetstatLinux(row), [{ address: '0.0.0.0', port: 2024, uid: 1000, inode: '1151' }]);
});

void test('netstat of macOS and the BSDs puts a dot before the port', () => {
  const text = [
    'Active Internet connections (including servers)',
    'Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)',
    'tcp4       0      0  127.0.0.1.8021         *.*                    LISTEN',
    'tcp6       0      0  *.5000                 *.*                    LISTEN',
    'tcp4       0      0  *.5000                 *.*                    LISTEN',
    'tcp46      0      0  *.3000                 *.*                    LISTEN',
    'tcp6       0      0  fe80::1%lo0.8021       *.*                    LISTEN',
    'tcp4       0      0  10.0.0.2.50000         10.0.0.1.443           ESTABLISHED',
  ].join('\n');
  assert.deepEqual(places(parseNetstatBsd(text)), [
    '127.0.0.1 8021',
    ':: 5000',
    '0.0.0.0 5000',
    ':: 3000',
    'fe80::1 8021',
  ]);
});

void test('netstat of Windows is parsed in any language', () => {
  const text = [
    '',
    'Aktive Verbindungen',
    '',
    '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
    '  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         1032',
    '  TCP    127.0.0.1:5000         0.0.0.0:0              LISTENING       4',
    '  TCP    10.0.0.2:50000         10.0.0.1:443           HERGESTELLT     77',
    '  TCP    [::]:135               [::]:0                 ABHÖREN         1032',
    '  UDP    0.0.0.0:123            *:*                                    5',
  ].join('\r\n');
  const sockets = parseNetstatWindows(text);
  assert.deepEqual(places(sockets), ['0.0.0.0 135', '127.0.0.1 5000', ':: 135']);
  assert.equal(sockets[0]?.process?.pid, 1032);
});

void test('lsof gives process, user and address', () => {
  assert.deepEqual(places(parseLsof(output('lsof -nP -iTCP -sTCP:LISTEN -F pcnPT | head -30'))), [
    ':: 8080',
    ':: 8081',
    ':: 8082',
    '::1 8083',
    '127.0.0.1 8084',
    ':: 8085',
  ]);
  const text = 'p41\ncnode\nLada\nf20\ntIPv4\nn*:3000\nf21\ntIPv6\nn[::1]:3001\np42\ncx\nn*:http\n';
  assert.deepEqual(parseLsof(text), [
    { address: '0.0.0.0', port: 3000, process: { pid: 41, name: 'node' }, user: 'ada' },
    { address: '::1', port: 3001, process: { pid: 41, name: 'node' }, user: 'ada' },
  ]);
});

void test('lsof names the first process that has a file', () => {
  assert.deepEqual(parseLsofProcess('p41\ncnode\nf20\nn/run/a.sock\np42\ncother\nf3\nn/run/a.sock\n'), {
    pid: 41,
    name: 'node',
  });
  assert.equal(parseLsofProcess(''), undefined);
});

void test('sockstat of FreeBSD gives user, process and address', () => {
  const text = [
    'USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS',
    'ada      node       812   20  tcp4   127.0.0.1:3000        *:*',
    'root     my daemon  700   4   tcp6   *:22                  *:*',
    'root     sshd       701   5   tcp4   *:22                  *:*',
    '?        ?          ?     ?   tcp4   *:2049                *:*',
  ].join('\n');
  assert.deepEqual(parseSockstat(text), [
    { address: '127.0.0.1', port: 3000, user: 'ada', process: { pid: 812, name: 'node' } },
    { address: '::', port: 22, user: 'root', process: { pid: 700, name: 'my daemon' } },
    { address: '0.0.0.0', port: 22, user: 'root', process: { pid: 701, name: 'sshd' } },
    { address: '0.0.0.0', port: 2049 },
  ]);
});
