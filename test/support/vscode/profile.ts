import fs from 'node:fs';
import path from 'node:path';

/** Folders of a throw-away VS Code. */
export interface Profile {
  readonly root: string;
  readonly userData: string;
  readonly extensions: string;
  /** HOME of the extension host, so that a private `~/.ssh` can be given. */
  readonly home: string;
}

/** A quiet workbench: no welcome page, no tips, nothing that asks the network, no second forwarder of ports. */
const quiet = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'remote.autoForwardPorts': false,
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'window.menuBarVisibility': 'compact',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Makes the folders below `root`, with `settings` on top of quiet ones. */
export function makeProfile(root: string, settings: Readonly<Record<string, unknown>> = {}): Profile {
  const folder = (name: string): string => {
    const made = path.join(root, name);
    fs.mkdirSync(made, { recursive: true });
    return made;
  };
  const profile = { root, userData: folder('u'), extensions: folder('e'), home: folder('home') };
  fs.mkdirSync(path.join(profile.userData, 'User'), { recursive: true });
  const text = JSON.stringify({ ...quiet, ...settings }, null, 2);
  fs.writeFileSync(path.join(profile.userData, 'User', 'settings.json'), text);
  return profile;
}
