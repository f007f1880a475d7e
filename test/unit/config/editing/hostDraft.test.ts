import assert from 'node:assert/strict';
import test from 'node:test';
import { UserError } from '../../../../src/base/userError.ts';
import { addDraft, draftHost, proposeAlias } from '../../../../src/core/config/editing/hostDraft.ts';

const block = (text: string, alias = 'box'): string => addDraft('', alias, draftHost(text, []), []);
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.problem.code;
    throw error;
  }
  return 'none';
};

void test('a pasted command becomes a block of the same meaning', () => {
  assert.equal(
    block('ssh -p 2222 me@box.example.com -J jump -i "~/my key" -L 8000:db:5432 -D 1080'),
    [
      'Host box',
      '  HostName box.example.com',
      '  User me',
      '  Port 2222',
      '  ProxyJump jump',
      '  IdentityFile "~/my key"',
      '  LocalForward 8000 db:5432',
      '  DynamicForward 1080',
      '',
    ].join('\n'),
  );
});

void test('a destination without a command becomes a block', () => {
  assert.equal(block('me@10.0.0.5:2222'), 'Host box\n  HostName 10.0.0.5\n  User me\n  Port 2222\n');
  assert.equal(block('ssh://me@box.example.com'), 'Host box\n  HostName box.example.com\n  User me\n');
});

void test('a command inside an option keeps its quotes', () => {
  assert.match(
    block(`ssh -o 'ProxyCommand=sh -c "nc %h %p"' box.example.com`),
    /\n {2}ProxyCommand sh -c "nc %h %p"\n/,
  );
});

void test('a HostName option replaces the host of the command', () => {
  assert.equal(block('ssh -o HostName=10.0.0.5 thing'), 'Host box\n  HostName 10.0.0.5\n');
});

void test('the percent sign of an IPv6 zone is escaped, so that it is no token', () => {
  assert.match(block('ssh fe80::1%eth0'), /HostName fe80::1%%eth0/);
});

void test('a draft refuses a text that a configuration cannot hold', () => {
  assert.equal(
    codeOf(() => block('ssh -o Bogus=1 box.example.com')),
    'configSyntax',
  );
  assert.equal(
    codeOf(() => block('ssh -o StrictHostKeyChecking=perhaps box.example.com')),
    'configSyntax',
  );
  assert.equal(
    codeOf(() => block('ssh -F other box.example.com')),
    'commandSyntax',
  );
  assert.equal(
    codeOf(() => block('ssh -p 2222')),
    'commandSyntax',
  );
  assert.equal(
    codeOf(() => block('me@-oProxyCommand=x')),
    'configBadName',
  );
  assert.equal(
    codeOf(() => block('box.example.com', 'b*x')),
    'configBadName',
  );
});

void test('a host that already has a block is refused', () => {
  assert.equal(
    codeOf(() => draftHost('ssh me@box', ['box'])),
    'hostExists',
  );
  assert.equal(
    codeOf(() => addDraft('', 'box', draftHost('me@other', ['box']), ['box'])),
    'hostExists',
  );
});

void test('the proposed alias is short and free', () => {
  const draft = draftHost('me@box.example.com', []);
  assert.equal(proposeAlias(draft, []), 'box');
  assert.equal(proposeAlias(draft, ['box']), 'box.example.com');
  assert.equal(proposeAlias(draft, ['box', 'box.example.com']), 'box-2');
  assert.equal(proposeAlias(draftHost('me@10.0.0.5', []), []), '10.0.0.5');
  assert.equal(proposeAlias(draftHost('[::1]', []), []), 'ip-1');
});
