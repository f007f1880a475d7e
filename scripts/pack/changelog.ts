import fs from 'node:fs';
import { inRoot } from '../root.ts';

/** The changelog of the package: its top is the version that ships. */
export function packagedChangelog(version: string): string {
  const text = fs.readFileSync(inRoot('CHANGELOG.md'), 'utf8');
  const [, top] = /^## (.+)$/m.exec(text) ?? [];
  if (top === version) return text;
  if (top !== 'Unreleased' || text.includes(`\n## ${version}\n`)) {
    throw new Error(`CHANGELOG.md begins with ${top}, package.json says ${version}: raise one of them.`);
  }
  return text.replace('## Unreleased', `## ${version}`);
}
