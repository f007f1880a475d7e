import fs from 'node:fs';
import { inRoot } from '../root.ts';

/** Where the project lives: `repository.url` of package.json, the one place that says it. */
export interface Repository {
  /** `https://github.com/OWNER/NAME`. */
  readonly url: string;
  /** Has the owner put the real address there? */
  readonly isSet: boolean;
}

/** No account on GitHub can have this name: it has two hyphens in a row. */
const placeholder = 'owner--to-be-set';

export function repository(): Repository {
  const manifest = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8')) as { repository: { url: string } };
  const url = manifest.repository.url.replace(/\.git$/, '');
  return { url, isSet: !url.includes(placeholder) };
}
