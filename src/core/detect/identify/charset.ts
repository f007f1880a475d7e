/** Reads bytes in a charset of the Encoding standard. Undefined if there is no such charset. */
export function decodeCharset(bytes: Uint8Array, label: string): string | undefined {
  try {
    const decoder = new TextDecoder(label);
    // CAUTION: Node reads windows-1252 as ISO 8859-1, which has control characters in place of quotes and dashes.
    return decoder.encoding === 'windows-1252' ? windows1252(bytes) : decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** From 0x80 to 0x9f. A blank stands for what windows-1252 leaves free. */
const from80 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

function windows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return text.replaceAll(/[\x80-\x9f]/g, (one) => from80[one.charCodeAt(0) - 0x80] ?? one);
}
