import { UserError } from '../../base/userError.ts';

/** A forward with a syntax error. `position`: the 0-based index in `text` of the error. */
export interface ForwardSyntaxProblem {
  readonly code: 'forwardSyntax';
  readonly text: string;
  readonly position: number;
  readonly expected:
    | 'port'
    /** `host:port` or the path of a Unix socket, after the bind address and port. */
    | 'destination'
    | 'closingBracket'
    /** At most `bind:port:host:port`. */
    | 'end'
    /** A character after a backslash. */
    | 'escapedCharacter'
    /** No control characters are allowed. */
    | 'printable'
    /** A Unix socket's path or a host name within the system's limits. */
    | 'shorterName'
    /** A host name without blanks and slashes, in text that a person typed. */
    | 'hostName'
    /** An option of kubectl that SSH Ports passes on, with a plain value. */
    | 'kubectlOption'
    /** What kubectl leads to: TYPE/NAME or the name of a pod. */
    | 'kubectlTarget'
    /** `10000-10002:10010-10012`: both ranges have the same length, and neither runs backwards. */
    | 'equalRange'
    /** At most 256 forwards: one typing error must not open hundreds. */
    | 'fewerPorts';
}

/** One part of a specification between colons. A part with an unescaped slash is the path of a Unix socket. */
export interface Field {
  readonly text: string;
  readonly isPath: boolean;
  readonly position: number;
}

/**
 * Splits a specification at its colons as ssh(1) does. Brackets around a part and backslashes make colons literal. Leading
 * spaces are skipped.
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
