import '../test/support/endOnSignal.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { Scope } from '../src/base/scope.ts';
import { needsOf } from '../test/support/needs/needs.ts';
import { provide } from '../test/support/needs/provide.ts';
import { openBrowser } from '../test/support/vscode/browser.ts';
import { bundle } from './pack/bundle.ts';
import { pack } from './pack/vsix.ts';
import { inRoot } from './root.ts';
import { takeContainers } from './screenshots/containers.ts';
import { takeDiagram } from './screenshots/diagram.ts';
import { takeScenes } from './screenshots/scenes.ts';

// The pictures of the README: media/readme/*.png, from the real UI and from the diagrams beside them.
const { signal } = new AbortController();
const scope = new Scope();
const folder = inRoot('media', 'readme');
try {
  const [missing] = await provide([...needsOf.ui, ...needsOf.integration, ...needsOf.podman]);
  if (missing) throw new Error(missing.text);
  await bundle(signal);
  await pack(signal);
  const { page } = scope.add(await openBrowser());
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.svg'))) {
    await takeDiagram(page, path.join(folder, file));
  }
  await takeScenes(folder, scope);
  await takeContainers(folder, scope);
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.png'))) {
    console.log(`media/readme/${file}: ${Math.round(fs.statSync(path.join(folder, file)).size / 1000)} KB`);
  }
} finally {
  await scope.close();
}
process.exit();
