/** What is said around the changes that the user lets us make to the SSH configuration. */
export function forwardSaved(alias: string, file: string): string {
  return `Saved in ${file}: every connection to ${alias} makes this forward from now on.`;
}

export function forwardIsThere(alias: string, file: string, line: number | undefined): string {
  const place = line === undefined ? 'the SSH configuration' : `${file}, line ${line}`;
  return `${alias} has this forward already: ${place}.`;
}

export function unsavedChanges(file: string): string {
  return `${file} has changes that are not saved yet.`;
}
