/** Whether a name is below localhost, as `app.localhost` is. Such names always mean this machine (RFC 6761 §6.3). */
export function isBelowLocalhost(name: string): boolean {
  return name.length <= 253 && /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+localhost$/.test(name);
}
