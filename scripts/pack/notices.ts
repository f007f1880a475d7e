import fs from 'node:fs';
import path from 'node:path';
import type { Metafile } from 'esbuild';
import { inRoot, noticesFile, sbomFile } from '../root.ts';
import { runNode } from '../run.ts';

/** The parts of a CycloneDX document that the notices are made of. */
interface Sbom {
  readonly components: readonly Component[];
}

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly { readonly license?: { readonly id?: string }; readonly expression?: string }[];
  readonly evidence?: { readonly licenses?: readonly { readonly license: { readonly text: Text } }[] };
}

interface Text {
  readonly content: string;
  readonly encoding?: 'base64';
}

/** Writes the list of the packages that the bundles carry (CycloneDX), and their licences for people. */
export async function writeNotices(metafiles: readonly Metafile[], signal: AbortSignal): Promise<void> {
  const merged: Metafile = {
    inputs: Object.assign({}, ...metafiles.map(({ inputs }) => inputs)) as Metafile['inputs'],
    outputs: Object.assign({}, ...metafiles.map(({ outputs }) => outputs)) as Metafile['outputs'],
  };
  const metaFile = inRoot('out', 'bundles.json');
  fs.mkdirSync(path.dirname(metaFile), { recursive: true });
  fs.writeFileSync(metaFile, JSON.stringify(merged));
  const program = inRoot('node_modules', '@cyclonedx', 'cyclonedx-esbuild', 'bin', 'cyclonedx-esbuild-cli.js');
  const args = ['--gather-license-texts', '--output-reproducible', '--output-file', sbomFile, metaFile];
  const { code, output } = await runNode([program, ...args], {}, signal);
  if (code !== 0) throw new Error(`cyclonedx-esbuild failed:\n${output}`);
  const { components } = JSON.parse(fs.readFileSync(sbomFile, 'utf8')) as Sbom;
  fs.writeFileSync(noticesFile, notices(components));
}

/** @throws Error for a package that brings no licence text: it must not ship. */
function notices(components: readonly Component[]): string {
  const intro = 'SSH Ports contains the following packages, under the licences below.\n';
  return [intro, ...components.map(notice)].join(`\n${'-'.repeat(80)}\n\n`);
}

function notice({ group, name, version, licenses, evidence }: Component): string {
  const fullName = group === undefined ? name : `${group}/${name}`;
  const texts = (evidence?.licenses ?? []).map(({ license }) => decode(license.text));
  if (texts.length === 0) {
    throw new Error(`${fullName} has no licence text in its folder: replace the package, or ask its author for one.`);
  }
  const ids = licenses.map(({ license, expression }) => license?.id ?? expression).filter(Boolean);
  return `${fullName} ${version}${ids.length > 0 ? ` (${ids.join(', ')})` : ''}\n\n${texts.join('\n\n').trim()}\n`;
}

function decode({ content, encoding }: Text): string {
  return encoding === 'base64' ? Buffer.from(content, 'base64').toString('utf8') : content;
}
