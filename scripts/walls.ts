import fs from 'node:fs';
import { lintConfig, lintConfigFile } from './lint/lintConfig.ts';

fs.writeFileSync(lintConfigFile, `${lintConfig()}\n`);
