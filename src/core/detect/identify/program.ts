/** What a server says it is. Everything here came from the remote: data with bounded length, never to be interpreted. */
export interface Program {
  /** Row of the framework table: 'flask', 'vite', 'postgresql' …; 'http' for a web server nobody knows, 'unknown' for the rest. */
  readonly framework: string;
  /** The framework's name for people: 'Flask', 'Vite', 'PostgreSQL'. */
  readonly name: string;
  /** A codicon id without `$()`. */
  readonly icon: string;
  /**
   * What one would do with it by default: a dev server is forwarded by itself, other web servers and services are
   * shown, infrastructure (sshd, editors' own servers, resolvers) is neither.
   */
  readonly role: 'devServer' | 'web' | 'database' | 'debugger' | 'infrastructure' | 'unknown';
  /** What it was told by; 'answer' when the server itself was asked. Absent for what is unknown. */
  readonly evidence?: 'answer' | 'commandLine' | 'port';
  /** Absent when it does not speak HTTP. */
  readonly scheme?: 'http' | 'https';
  /** A path worth opening instead of '/', with its leading slash. */
  readonly path?: string;
  /** The page's <title>, at most 100 characters, control characters removed. */
  readonly title?: string;
}
