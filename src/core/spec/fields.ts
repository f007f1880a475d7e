import { UserError } from '../../base/userError.ts';

/** A forward that cannot be understood. `position`: 0-based, where in `text` something else was expected. */
export interface ForwardSyntaxProblem {
  readonly code: 'forwardSyntax';
  readonly text: string;
  readonly position: number;
  readonly expected:
    | 'port'
    /** `host:port` or the path of a Unix socket after the listening side. */
    | 'destination'
    | 'closingBracket'
    /** At most `bind:port:host:port`. */
    | 'end'
    /** A character after a backslash. */
    | 'escapedCharacter'
    /** No control characters. */
    | 'printable'
    /** A Unix socket's path or a host name that the system's structures can hold. */
    | 'shorterName'
    /** What can be the name of a host, in what a person types. */
    | 'hostName'
    /** `10000-10002:10010-10012`: as many ports there as here, the last not before the first. */
    | 'equalRange'
    /** Not hundreds of forwards by one typing error. */
    | 'fewerPorts';
}

/** One part of a specification between colons. A part with a slash that is not escaped is a Unix socket's path. */
export interface Field {
  readonly text: string;
  readonly isPath: boolean;
  readonly position: number;
}

/**
 * Cuts a specification at its colons as ssh(1) does: `[…]` at the start of a part takes colons literally, a backslash
 * takes the next character literally, spaces before the first part are skipped.
 */
export function splitFields(text: string): readonly Field[] {
  const control = text.search(/[\0-\x1f\x7f]/);
  if (control >= 0) throw syntaxError(text, control, 'printable');
  const fields: Field[] = [];
  let position = text.length - text.trimStart().length;
  while (position < text.length) {
    const [field, next] = text[position] === '[' ? bracketed(text, position) : plain(text, position);
    fields.push(field);
    position = next;
  }
  return fields;
}

export function syntaxError(
  text: string,
  position: number,
  expected: ForwardSyntaxProblem['expected'],
): UserError<ForwardSyntaxProblem> {
  return new UserError({ code: 'forwardSyntax', text, position, expected });
}

function bracketed(text: string, position: number): readonly [Field, number] {
  const end = text.indexOf(']', position);
  if (end < 0) throw syntaxError(text, text.length, 'closingBracket');
  if (end + 1 < text.length && text[end + 1] !== ':') throw syntaxError(text, end + 1, 'end');
  const inside = text.slice(position + 1, end);
  return [{ text: inside, isPath: inside.includes('/'), position }, end + 2];
}

function plain(text: string, position: number): readonly [Field, number] {
  let field = '';
  let isPath = false;
  let at = position;
  for (; at < text.length && text[at] !== ':'; at++) {
    if (text[at] === '\\') {
      at++;
      if (at === text.length) throw syntaxError(text, at, 'escapedCharacter');
    } else if (text[at] === '/') {
      isPath = true;
    }
    field += text[at];
  }
  return [{ text: field, isPath, position }, at + 1];
}
