import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answering, explain } from '../../../../src/core/ssh/openssh/questions.ts';
import { hostConfig } from '../../../support/hostConfig.ts';
import { script } from '../../../support/ssh.ts';

const { signal } = new AbortController();
const ignored = { onRemember: () => undefined, onCancel: () => undefined };
const authenticity = (host: string): string =>
  `The authenticity of host '${host} (192.0.2.1)' can't be established.\n` +
  'ED25519 key fingerprint is SHA256:abc.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ';

void test("a jump host's password question is not answered with the destination's password", async () => {
  const prompts = script({ secret: () => 'x' });
  const config = hostConfig({ hostName: 'inner.example', user: 'me' });
  const ask = answering(config, prompts, ignored, signal);
  await ask({ text: "me@gate.example's password: ", hint: '' });
  await ask({ text: "me@inner.example's password: ", hint: '' });
  await ask({ text: "me@inner.example's password: ", hint: '' });
  const server = 'inner.example:22';
  assert.deepEqual(
    prompts.secrets.map(({ kind }) => kind),
    ['keyboardInteractive', 'password', 'password'],
  );
  assert.deepEqual(prompts.secrets[2], { kind: 'password', host: 'devbox', server, user: 'me', attempt: 2 });
});

void test("a jump host's key is not shown as the destination's key", async () => {
  const prompts = script({ hostKey: () => 'once', secret: () => 'no' });
  const config = hostConfig({ hostName: 'inner.example', port: 2222 });
  const ask = answering(config, prompts, ignored, signal);
  assert.equal(await ask({ text: authenticity('gate.example'), hint: '' }), 'no');
  assert.equal(prompts.hostKeys.length, 0);
  assert.equal(await ask({ text: authenticity('[inner.example]:2222'), hint: '' }), 'yes');
  assert.equal(prompts.hostKeys[0]?.fingerprint, 'SHA256:abc');
});

void test('the question about a key shows what DNS says of it, where ssh asked DNS', async () => {
  const prompts = script({ hostKey: () => 'once' });
  const ask = answering(hostConfig({ hostName: 'box.example' }), prompts, ignored, signal);
  const plain = authenticity('box.example');
  for (const found of [
    '',
    'Matching host key fingerprint found in DNS.\n',
    'No matching host key fingerprint found in DNS.\n',
  ]) {
    await ask({ text: plain.replace('Are you', `${found}Are you`), hint: '' });
  }
  assert.deepEqual(
    prompts.hostKeys.map(({ isInDns }) => isInDns),
    [undefined, true, false],
  );
});

void test('what ssh says of a host certificate is the problem when it refuses the host', () => {
  const stderr =
    'Certificate invalid: expired\r\nNo ED25519 host key is known for box\r\nHost key verification failed.\r\n';
  const { problem } = explain(hostConfig(), stderr);
  assert.deepEqual(problem, {
    code: 'hostCertificateInvalid',
    host: 'devbox',
    fingerprint: '',
    keyType: 'ED25519',
    fault: 'expired',
  });
});
