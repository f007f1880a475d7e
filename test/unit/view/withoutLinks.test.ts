import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutLinks } from '../../../src/view/withoutLinks.ts';

test('text from a server does not become a link in a message', () => {
  assert.equal(
    withoutLinks('see [here](command:evil) and [there](https://x)'),
    'see [here] (command:evil) and [there] (https://x)',
  );
  assert.equal(withoutLinks('Port [::1]:80 (taken)'), 'Port [::1]:80 (taken)');
});
