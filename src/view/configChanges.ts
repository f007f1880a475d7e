/** The texts about changes that the user lets SSH Ports make to the SSH configuration. */
export function forwardSaved(alias: string, file: string): string {
  return `Saved in ${file}. From now on, every connection to ${alias} opens this forward.`;
}

export function forwardIsThere(alias: string, file: string, line: number | undefined): string {
  const place = line === undefined ? 'the SSH configuration' : `${file}, line ${line}`;
  return `${alias} already has this forward: ${place}.`;
}

export function unsavedChanges(file: string): string {
  return `${file} has unsaved changes. Save them, and try again.`;
}
