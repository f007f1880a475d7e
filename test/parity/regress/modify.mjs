// The part of OpenSSH's modpipe that integrity.sh uses: copies stdin to stdout, with one byte changed.
// Usage: modpipe -w -m xor:OFFSET:MASK
const [, offset, mask] = (process.argv.at(-1) ?? '').split(':').map(Number);
let at = 0;
process.stdin.on('data', (chunk) => {
  if (offset >= at && offset < at + chunk.length) chunk[offset - at] ^= mask;
  at += chunk.length;
  process.stdout.write(chunk);
});
process.stdin.on('end', () => process.stdout.end());
process.stdout.on('error', () => process.exit(1));
