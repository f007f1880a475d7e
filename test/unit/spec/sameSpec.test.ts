import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameSpec } from '../../../src/core/spec/sameSpec.ts';
import type { ForwardSpec } from '../../../src/core/spec/spec.ts';

const bind = { kind: 'tcp', host: undefined, port: 8080 } as const;
const to = { kind: 'tcp', host: 'localhost', port: 80 } as const;
const local: ForwardSpec = { kind: 'local', bind, to };
const unix = (path: string): { readonly kind: 'unix'; readonly path: string } => ({ kind: 'unix', path });

void test('a specification equals its copy, whatever the order of the keys', () => {
  assert.ok(sameSpec(local, { to: { ...to }, bind: { ...bind }, kind: 'local' }));
  assert.ok(sameSpec(local, JSON.parse(JSON.stringify(local)) as ForwardSpec));
  assert.ok(sameSpec({ kind: 'dynamic', bind }, { kind: 'dynamic', bind: { ...bind } }));
  assert.ok(sameSpec({ kind: 'remote', bind: unix('/a'), to }, { kind: 'remote', bind: unix('/a'), to: { ...to } }));
});

void test('specifications that differ in kind, bind address, port or destination are not the same', () => {
  const others: readonly ForwardSpec[] = [
    { kind: 'remote', bind, to },
    { kind: 'dynamic', bind },
    { ...local, bind: { ...bind, host: 'localhost' } },
    { ...local, bind: { ...bind, port: 8081 } },
    { ...local, bind: unix('/a') },
    { ...local, to: { ...to, port: 81 } },
    { ...local, to: { ...to, host: '127.0.0.1' } },
    { ...local, to: unix('/a') },
  ];
  for (const other of others) assert.ok(!sameSpec(local, other), JSON.stringify(other));
});
