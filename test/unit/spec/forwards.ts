import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import type { ForwardSyntaxProblem } from '../../../src/core/spec/fields.ts';
import type { Bind, Endpoint, ForwardSpec } from '../../../src/core/spec/spec.ts';

export const tcp = (host: string, port: number): Endpoint => ({ kind: 'tcp', host, port });
export const on = (host: string | undefined, port: number): Bind => ({ kind: 'tcp', host, port });
export const unix = (path: string): { kind: 'unix'; path: string } => ({ kind: 'unix', path });
export const local = (bind: Bind, to: Endpoint): ForwardSpec => ({ kind: 'local', bind, to });
export const remote = (bind: Bind, to: Endpoint): ForwardSpec => ({ kind: 'remote', bind, to });

const part = fc.oneof(
  fc.constantFrom('8000', '1', '0', 'localhost', '*', '', '[::1]', '/tmp/a', '[/tmp/a:b]', 'ssh', '/a\\:b', '-'),
  fc.string({ unit: fc.constantFrom(':', '[', ']', '\\', '/', '*', 'a', '1', '-', ' '), maxLength: 6 }),
);
/** Texts that resemble forwards, and any other text. */
export const texts = fc.oneof(
  fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(':')),
  fc.string(),
);

/** Undefined if the text is refused with a UserError. Any other error is a bug and fails the test. */
export function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problem = error.problem as ForwardSyntaxProblem;
    assert.ok(problem.position >= 0 && problem.position <= problem.text.length);
    return undefined;
  }
}

export function problemOf(parse: () => unknown): ForwardSyntaxProblem {
  try {
    parse();
  } catch (error) {
    if (error instanceof UserError) return error.problem as ForwardSyntaxProblem;
    throw error;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}
