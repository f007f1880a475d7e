/** An element as it should be. SECURITY: content is text, never markup. */
export interface Wanted {
  readonly tag: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string | readonly Wanted[];
}
