import fs from 'node:fs';
import path from 'node:path';
import '../test/support/endOnSignal.mjs';
import { bundle } from './pack/bundle.ts';
import { contents } from './pack/contents.ts';
import { repository } from './pack/repository.ts';
import { pack } from './pack/vsix.ts';
import { root, sbomFile, vsixFile } from './root.ts';

const { signal } = new AbortController();
await bundle(signal);
await pack(signal);
console.log(`  packed      full\n${contents(vsixFile)}\n`);
console.log(`${path.relative(root, vsixFile)}: ${Math.round(fs.statSync(vsixFile).size / 1000)} KB`);
console.log(`${path.relative(root, sbomFile)}: the packages in it (CycloneDX)`);
if (!repository().isSet) console.log('No store takes it yet: set repository.url in package.json.');
