import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForwardSyntaxProblem } from '../../../src/core/spec/fields.ts';
import { parsePortInput } from '../../../src/core/spec/portInput.ts';
import { sameSpec } from '../../../src/core/spec/sameSpec.ts';
import type { ForwardSpec } from '../../../src/core/spec/spec.ts';
import { problemOf } from './forwards.ts';

function through(target: string, local: number, port: string, more: Partial<Pod> = {}): ForwardSpec {
  const { options = [], address, number = local } = more;
  return {
    kind: 'local',
    bind: { kind: 'tcp', host: address, port: local },
    to: { kind: 'tcp', host: target, port: number },
    kubectl: { options, target, port },
  };
}

interface Pod {
  readonly options: readonly string[];
  readonly address: string;
  readonly number: number;
}

const lines: readonly (readonly [string, readonly ForwardSpec[]])[] = [
  ['kubectl port-forward svc/web 8080:80', [through('svc/web', 8080, '80', { number: 80 })]],
  ['$ kubectl port-forward web-7d4 5000 6000 &', [through('web-7d4', 5000, '5000'), through('web-7d4', 6000, '6000')]],
  ['kubectl port-forward pod/mypod :5000', [through('pod/mypod', 5000, '5000')]],
  ['/usr/local/bin/kubectl port-forward pod/mypod 0:5000', [through('pod/mypod', 5000, '5000')]],
  ['kubectl port-forward svc/web 8443:metrics', [through('svc/web', 8443, 'metrics')]],
  [
    'kubectl -n prod --context=eu port-forward --kubeconfig ~/.kube/eu -nshop deployments.apps/web 80',
    [
      through('deployments.apps/web', 80, '80', {
        options: ['-n', 'prod', '--context', 'eu', '--kubeconfig', '~/.kube/eu', '-n', 'shop'],
      }),
    ],
  ],
  ['kubectl port-forward --address localhost pod/web 8080', [through('pod/web', 8080, '8080')]],
  ['kubectl port-forward --address 0.0.0.0 pod/web 8080', [through('pod/web', 8080, '8080', { address: '0.0.0.0' })]],
];

for (const [line, specs] of lines) {
  void test(`${JSON.stringify(line)} is a forward through kubectl`, () =>
    assert.deepEqual(parsePortInput(line), specs));
}

const badLines: readonly (readonly [string, ForwardSyntaxProblem['expected']])[] = [
  ['kubectl port-forward --token abc svc/web 80', 'kubectlOption'],
  ['kubectl port-forward -v 9 svc/web 80', 'kubectlOption'],
  ['kubectl port-forward svc/web 80 -n', 'kubectlOption'],
  ['kubectl port-forward svc/web 80 -n "a b"', 'kubectlOption'],
  ["kubectl port-forward svc/web 80 -n 'a;reboot'", 'kubectlOption'],
  ['kubectl port-forward --address localhost,10.0.0.1 svc/web 80', 'kubectlOption'],
  ['kubectl port-forward', 'kubectlTarget'],
  ["kubectl port-forward 'svc/web;reboot' 80", 'kubectlTarget'],
  ['kubectl port-forward svc/web', 'port'],
  ['kubectl port-forward svc/web 0', 'port'],
  ['kubectl port-forward svc/web 80:70000', 'port'],
  ['kubectl port-forward svc/web no-such-service', 'port'],
];

for (const [line, expected] of badLines) {
  void test(`${JSON.stringify(line)} is refused: ${expected} expected`, () => {
    assert.equal(problemOf(() => parsePortInput(line)).expected, expected);
  });
}

void test('forwards to one name in two namespaces are two forwards', () => {
  const [one, same, other] = ['a', 'a', 'b'].flatMap((each) =>
    parsePortInput(`kubectl -n ${each} port-forward web 80`),
  );
  assert.ok(one && same && other);
  assert.equal(sameSpec(one, same), true);
  assert.equal(sameSpec(one, other), false);
});
