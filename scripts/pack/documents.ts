import fs from 'node:fs';
import { inRoot } from '../root.ts';
import type { Repository } from './repository.ts';

/**
 * The README of the package. vsce makes its relative links absolute, to the repository. Without a repository the pictures
 * become part of the text, and links to files that do not ship become plain text.
 */
export function packagedReadme({ isSet }: Repository): string {
  const text = fs.readFileSync(inRoot('README.md'), 'utf8');
  if (isSet) return text;
  return text.replaceAll(
    /(!?)\[([^\]]*)\]\((?!https?:|#)([^)]+)\)/g,
    (_, isImage: string, title: string, link: string) => {
      if (isImage === '') return title;
      const data = fs.readFileSync(inRoot(link)).toString('base64');
      return `![${title}](data:image/png;base64,${data})`;
    },
  );
}

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
