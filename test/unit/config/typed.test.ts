import assert from 'node:assert/strict';
import test from 'node:test';
import { readRunning, readTypedForwards, readTypedHost } from '../../../src/core/config/typed.ts';

function portsOf(text: string): readonly number[] | undefined {
  const typed = readTypedHost(text);
  return typed?.kind === 'ports'
    ? typed.forwards.specs.map(({ bind }) => (bind.kind === 'tcp' ? bind.port : 0))
    : undefined;
}

void test('a number, a range and a list in the host box mean ports, never a host', () => {
  assert.deepEqual(portsOf('5000'), [5000]);
  assert.deepEqual(portsOf(' 8000:8080 '), [8000]);
  assert.deepEqual(portsOf('9090-9092'), [9090, 9091, 9092]);
  assert.deepEqual(portsOf('8000:db.internal:5432,3000'), [8000, 3000]);
});

void test('a number that is no port is an error, not a host', () => {
  assert.equal(readTypedHost('99999')?.kind, 'problem');
  assert.equal(readTypedHost('0')?.kind, 'problem');
});

void test('an address or a name that begins with a number stays a host', () => {
  for (const name of ['10.0.0.5', '2001:db8::1', '42-web', '3com.example.com', '7@box']) {
    assert.equal(readTypedHost(name)?.kind, 'destination', name);
  }
});

void test('a pasted page address means its port, and is kept', () => {
  const page = 'http://localhost:3000/admin?x=1#top';
  const typed = readTypedHost(page);
  assert.deepEqual([portsOf(page), typed?.kind === 'ports' && typed.forwards.page], [[3000], page]);
  const forwards = readTypedForwards(page, 'devbox');
  assert.equal(forwards?.kind === 'specs' && forwards.page, page);
  const port = readTypedForwards('3000', 'devbox');
  assert.deepEqual(Object.keys(port ?? {}), ['kind', 'specs']);
});

test('a running ssh command names its host, whatever it runs there', () => {
  const name = (command: string): string | undefined => readRunning(command)?.name;
  assert.equal(name('ssh devbox'), 'devbox');
  assert.equal(name('ssh -t devbox "cd app && flask run"'), 'devbox');
  assert.equal(name('TERM=xterm ssh me@box.example.com -p 2222 ls -l'), 'me@box.example.com:2222');
  assert.deepEqual(readRunning('ssh -J jump -F other devbox'), {
    name: 'devbox',
    options: ['ProxyJump=jump'],
    forwards: [],
    configFile: 'other',
  });
});

test('a command that logs in nowhere names no host', () => {
  for (const command of ['', 'ls', 'ssh', 'ssh -G devbox', 'sshuttle -r devbox', '-L 8000:localhost:80 devbox'])
    assert.equal(readRunning(command), undefined, command);
});
