import fs from 'node:fs';
import path from 'node:path';
import '../test/support/endOnSignal.mjs';
import { bundle } from './pack/bundle.ts';
import { pack } from './pack/vsix.ts';
import { root, vsixFile } from './root.ts';

await bundle();
await pack(new AbortController().signal);
console.log(`${path.relative(root, vsixFile)}: ${Math.round(fs.statSync(vsixFile).size / 1024)} KB`);
