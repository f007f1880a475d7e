/** `ssh-ed25519` → `ED25519`, `sk-ecdsa-sha2-nistp256@openssh.com` → `ECDSA-SK`: as ssh(1) names key types. */
export function keyName(keyType: string): string {
  const [, sk, name = keyType] = /^(sk-)?(?:ssh-)?(ed25519|ecdsa|rsa|dss)\b/u.exec(keyType) ?? [];
  return `${name === 'dss' ? 'DSA' : name.toUpperCase()}${sk === undefined ? '' : '-SK'}`;
}
