import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ForwardSyntaxProblem } from '../../../src/core/spec/fields.ts';
import { parsePortInput } from '../../../src/core/spec/portInput.ts';
import type { ForwardSpec } from '../../../src/core/spec/spec.ts';
import { attempt, local, on, problemOf, tcp, texts, unix } from './forwards.ts';

const here = (port: number, host = 'localhost', to = port): ForwardSpec => local(on(undefined, port), tcp(host, to));
const inputs: readonly (readonly [string, readonly ForwardSpec[]])[] = [
  ['8080', [here(8080)]],
  ['8000:8080', [here(8000, 'localhost', 8080)]],
  ['8000:db:5432', [here(8000, 'db', 5432)]],
  ['db.internal:5432', [here(5432, 'db.internal')]],
  ['[::1]:3000', [here(3000, '::1')]],
  ['9090-9092', [here(9090), here(9091), here(9092)]],
  ['10000-10001:10010-10011', [here(10000, 'localhost', 10010), here(10001, 'localhost', 10011)]],
  ['80-81:db:90-91', [here(80, 'db', 90), here(81, 'db', 91)]],
  ['db:80-81', [here(80, 'db'), here(81, 'db')]],
  ['0.0.0.0:8000:db:80', [local(on('0.0.0.0', 8000), tcp('db', 80))]],
  ['2375:/var/run/docker.sock', [local(on(undefined, 2375), unix('/var/run/docker.sock'))]],
  ['/tmp/d.sock:/var/run/d.sock', [local(unix('/tmp/d.sock'), unix('/var/run/d.sock'))]],
  [':8080', [here(8080)]],
  [' http://localhost:5173/app?a=1,2 ', [here(5173)]],
  ['https://db.internal/', [here(443, 'db.internal')]],
  ['http://[::1]:3000', [here(3000, '::1')]],
  ['http://0.0.0.0:8000/', [here(8000)]],
  ['http://[::]:8000/', [here(8000)]],
  ['docker run -p 127.0.0.1:8080:80/tcp nginx', [here(8080)]],
  [
    '$ docker run -d --privileged -p8000-8001:80-81 --publish=53:53/udp --publish 10.0.0.2:9000:90 x',
    [here(8000), here(8001), here(9000, '10.0.0.2')],
  ],
  ['sudo podman run -p "3000:3000" app', [here(3000)]],
  ['0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 0.0.0.0:53->53/udp', [here(8080)]],
  ['oc port-forward svc/web 8080:80', [here(8080)]],
  ['sudo kubectl -n prod port-forward pod/web-1 8080:http 9090', [here(8080), here(9090)]],
  ['Forwarding from 127.0.0.1:8080 -> 80', [here(8080)]],
  ['5000/tcp', [here(5000)]],
  ['8000:db:5432/tcp', [here(8000, 'db', 5432)]],
  ['5000 5001', [here(5000), here(5001)]],
  ['22/tcp  8000:80 9090-9091, 3000', [here(22), here(8000, 'localhost', 80), here(9090), here(9091), here(3000)]],
  [' * Running on http://127.0.0.1:5000', [here(5000, '127.0.0.1')]],
  ['  \u001B[32m➜\u001B[39m  Local:   \u001B[36mhttp://localhost:\u001B[1m5173\u001B[22m/\u001B[39m', [here(5173)]],
  ['Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...', [here(8000)]],
  ['Listening at http://0.0.0.0:8000.', [here(8000)]],
  ['~/docker.sock:/var/run/docker.sock', [local(unix(`${os.homedir()}/docker.sock`), unix('/var/run/docker.sock'))]],
  [' 8080 , 9000:3000,9090-9091', [here(8080), here(9000, 'localhost', 3000), here(9090), here(9091)]],
];

for (const [text, specs] of inputs) {
  void test(`${JSON.stringify(text)} in the box is parsed`, () => assert.deepEqual(parsePortInput(text), specs));
}

const badInputs: readonly (readonly [string, ForwardSyntaxProblem['expected']])[] = [
  ['', 'port'],
  ['8080,', 'port'],
  ['0', 'port'],
  ['70000', 'port'],
  ['9092-9090', 'equalRange'],
  ['8000-8001:9000-9005', 'equalRange'],
  ['8000:9000-9005', 'equalRange'],
  ['1-60000', 'fewerPorts'],
  ['1-200,1001-1200', 'fewerPorts'],
  ['1:2:3:4:5', 'port'],
  ['/var/run/docker.sock', 'destination'],
  ['docker run nginx', 'port'],
  ['docker run -p 80 nginx', 'port'],
  ['docker run -p 53:53/udp dns', 'port'],
  ['oc port-forward svc/web :80', 'destination'],
  ['53/udp', 'port'],
  ['5000 localhost:5000', 'hostName'],
  ['ftp://localhost:80', 'hostName'],
  ['http://localhost:70000', 'port'],
];

for (const [text, expected] of badInputs) {
  void test(`${JSON.stringify(text)} in the box is refused: ${expected} expected`, () => {
    assert.equal(problemOf(() => parsePortInput(text)).expected, expected);
  });
}

void test('any text in the box gives forwards, or a problem with its position', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const specs = attempt(() => parsePortInput(text));
      if (specs) assert.ok(specs.length > 0);
    }),
    { numRuns: 5000 },
  );
});
