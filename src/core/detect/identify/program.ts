/** The program behind a remote port. SECURITY: all text comes from the remote; it has bounded length and is never interpreted. */
export interface Program {
  /** The id in the table of frameworks: 'flask', 'vite' … 'http' for an unknown web server, 'unknown' for the rest. */
  readonly framework: string;
  /** The framework's name for people: 'Flask', 'Vite', 'PostgreSQL'. */
  readonly name: string;
  /** A codicon id without `$()`. */
  readonly icon: string;
  /**
   * The default treatment: a dev server is forwarded automatically, other web servers and services are listed, and
   * infrastructure (sshd, editors' servers, resolvers) is hidden.
   */
  readonly role: 'devServer' | 'web' | 'database' | 'debugger' | 'infrastructure' | 'unknown';
  /** The strongest evidence. 'answer': the server's own answer. Absent if the program is unknown. */
  readonly evidence?: 'answer' | 'commandLine' | 'port';
  /** Nobody asked the program, and the user may. Absent also if a question makes no sense, as for a database. */
  readonly isUnasked?: true;
  /** Absent if it does not speak HTTP. */
  readonly scheme?: 'http' | 'https';
  /** The path to open instead of '/', with a leading slash. */
  readonly path?: string;
  /** The page's <title>, at most 100 characters, control characters removed. */
  readonly title?: string;
}
