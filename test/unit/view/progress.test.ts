import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import type { HostState } from '../../../src/core/session/state.ts';
import { progress } from '../../../src/view/progress.ts';
import {
  appState,
  flaskPort,
  forwardState,
  hostState,
  onlineHost,
  openAt,
  remoteForward,
  someTraffic,
} from '../../support/state.ts';

const done = (...hosts: HostState[]): readonly string[] =>
  Object.entries(progress(appState(...hosts))).flatMap(([step, isDone]) => (isDone ? [step] : []));

test('a step of the walkthrough is ticked when its event has happened, not before', () => {
  assert.deepEqual(done(hostState()), []);
  assert.deepEqual(done(onlineHost()), ['connect']);
  assert.deepEqual(done(onlineHost({ remotePorts: [flaskPort()] })), ['connect', 'ports']);
  const unused = forwardState(5000);
  const used = forwardState(5000, { status: openAt(5000, { traffic: someTraffic }) });
  assert.deepEqual(done(onlineHost({ forwards: [unused] })), ['connect']);
  assert.deepEqual(done(onlineHost({ forwards: [used] })), ['connect', 'open']);
  assert.deepEqual(done(onlineHost({ forwards: [{ ...unused, isSharedByHand: true }] })), ['connect', 'share']);
  assert.deepEqual(done(onlineHost({ forwards: [remoteForward(8022)] })), ['connect', 'reverse']);
});

test('each step of the walkthrough waits for a key that exists, and has its picture', () => {
  const { walkthroughs } = (JSON.parse(fs.readFileSync('package.json', 'utf8')) as Manifest).contributes;
  for (const { id, completionEvents, media } of walkthroughs[0]?.steps ?? []) {
    assert.deepEqual(completionEvents, [`onContext:sshPorts.did.${id}`]);
    assert.ok(fs.readFileSync(media.svg, 'utf8').includes('<title'), media.svg);
  }
  assert.deepEqual(
    walkthroughs[0]?.steps.map(({ id }) => id),
    Object.keys(progress(appState())),
  );
});

interface Manifest {
  readonly contributes: {
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly id: string;
        readonly completionEvents: readonly string[];
        readonly media: { readonly svg: string };
      }[];
    }[];
  };
}
