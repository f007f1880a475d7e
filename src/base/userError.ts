/**
 * An error that a person can act on. It carries facts, never sentences: `view/` has the words and the next step. Any
 * other thrown value is a bug.
 *
 * @typeParam P a union with the discriminator `code`, declared by the folder that throws.
 */
export class UserError<P extends { readonly code: string } = { readonly code: string }> extends Error {
  override readonly name = 'UserError';
  readonly problem: P;

  constructor(problem: P, options?: ErrorOptions) {
    super(JSON.stringify(problem), options);
    this.problem = problem;
  }
}

/**
 * True for a `UserError` with one of these codes. Name the union of the folder that throws
 * (`isProblem<HostProblem>(error, 'authFailed')`), so that a misspelt code does not compile.
 */
export function isProblem<P extends { readonly code: string } = { readonly code: string }>(
  error: unknown,
  ...codes: readonly P['code'][]
): error is UserError<P> {
  return error instanceof UserError && codes.includes(error.problem.code);
}

/** The `code` of a Node system error (`ECONNREFUSED`), of an ssh2 error level, or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The message of a thrown value. CAUTION: for logs and details only; decide by codes. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
