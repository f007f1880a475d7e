#!/usr/bin/env node
// Stands in for the `code` executable of desktop VS Code where there is none: see runInHost.ts.
import { register } from 'tsx/esm/api';

register();
const { runInHost } = await import('./runInHost.ts');
process.exit(await runInHost(process.argv.slice(2)));
