import fc from 'fast-check';

/** Values of a configuration that a system call, a timer or a parser may choke on. None holds a line end. */
export const oddValues: readonly string[] = [
  '""',
  'localhost',
  '127.1',
  'no-such-name.invalid',
  '::1',
  '0',
  '-1',
  '65536',
  '2147483647',
  '99999999999999999999',
  '30d',
  '/',
  '/nonexistent/x',
  '/dev/null',
  'a\0b',
  'ünïcödé',
  '\u{1F600}',
  '\u202Eevil',
  `/tmp/${'x'.repeat(300)}`,
  'y'.repeat(5000),
  '*',
  '[(?',
  '%h%%',
  '%z',
  '~nobody-here/x',
  '${NOPE}',
  'yes',
  'none',
  'a b c',
  "'q",
  'a,b,,c',
];

export const anyValue = fc
  .oneof(
    fc.string({ maxLength: 40, unit: 'binary' }),
    fc.string({ maxLength: 300, unit: 'grapheme' }),
    fc.integer().map(String),
    fc.double().map(String),
    fc.tuple(fc.nat(), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'K', 'G')).map(([count, unit]) => `${count}${unit}`),
  )
  .map((text) => text.replaceAll(/[\r\n]/g, ' '));
