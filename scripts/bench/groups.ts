import { editor } from './editor.ts';
import type { Group } from './group.ts';
import {
  activation,
  besideBulk,
  busy,
  downloading,
  idleMemory,
  kept,
  loopDelay,
  opened,
  page,
  start,
  uploading,
} from './rows.ts';
import { cli, direct, ssh, watching } from './sides.ts';

const [oldest, newest] = [editor('oldest'), editor('newest')];
const editors = [oldest.name, newest.name];
const busySides = [ssh.name, ...editors];
const origin = 'origin.ts';

/** What `npm run bench` measures. A new row is one line here; a new kind of work is a function in `rows.ts`. */
export const groups: readonly Group[] = [
  {
    name: 'on this machine',
    origin,
    sides: [ssh, cli('oldest'), cli('newest'), oldest, newest],
    rows: [
      downloading(256, { goal: 'editor ≥ 1.2' }),
      uploading(256, { goal: 'editor ≥ 1.1' }),
      kept(2000, 1, { goal: 'editor ≥ 0.95' }),
      kept(6000, 6, { goal: 'editor ≥ 0.9' }),
      opened(1000, 50, { goal: '≥ 1.0' }),
      busy(kept(1000, 1), { sides: busySides, goal: '≥ 0.9' }),
      busy(downloading(192), { sides: busySides, goal: '≥ 1.2' }),
      busy(uploading(192), { sides: busySides, goal: '≥ 1.0' }),
      loopDelay(downloading(384), { sides: editors, goal: '≤ 6 ms' }),
      loopDelay(uploading(384), { sides: editors, goal: '≤ 6 ms' }),
      activation('load', { sides: editors, goal: '≤ 15 ms' }),
      activation('activate', { sides: editors, goal: '≤ 15 ms' }),
      start({ goal: '≤ 0.8' }),
      idleMemory({ goal: '≤ 55 MiB' }),
    ],
  },
  {
    name: 'at 50 ms',
    cable: { roundTripMs: 50 },
    origin,
    sides: [ssh, cli(), watching, direct],
    rows: [page('new', 200), page('kept', 200), downloading(32), uploading(24)],
  },
  {
    name: 'at 50 ms, 100 Mbit/s',
    cable: { roundTripMs: 50, megabits: 100 },
    origin,
    sides: [ssh, cli(), watching, direct],
    rows: [besideBulk(24, { goal: '≤ 70 ms' })],
  },
  {
    name: 'at 20 ms, 1 % lost',
    cable: { roundTripMs: 20, loss: 0.01 },
    origin,
    sides: [ssh, cli(), watching, direct],
    rows: [
      page('new', 200),
      page('kept', 200),
      downloading(2, { isTogether: true }),
      uploading(2, { isTogether: true }),
    ],
    isSlow: true,
  },
  {
    name: 'at 200 ms',
    cable: { roundTripMs: 200 },
    origin,
    sides: [ssh, cli(), watching, newest, direct],
    rows: [page('new', 200, { goal: '≤ 0.40' }), page('kept', 200, { goal: '≤ 0.70' }), downloading(12), uploading(12)],
  },
];
