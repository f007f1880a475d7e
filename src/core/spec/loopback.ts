/** Whether an IP address is a loopback address (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^127(?:\.\d+){3}$/.test(address);
}

/** Whether only the machine itself can reach `host`. Undefined: no host was given, or the socket is a file. */
export function isLoopback(host: string | undefined): boolean {
  return host === undefined || host === 'localhost' || isLoopbackAddress(host);
}
