/** A build of the VS Code server as the npm package `code-server` carries it, and the Node that it needs. */
export interface Build {
  /** The version of VS Code; `@vscode/test-electron` downloads the desktop of the same name. */
  readonly vscode: string;
  readonly codeServer: string;
  readonly node: string;
}

/** The two ends of what is supported. `oldest` is what package.json's `engines.vscode` promises. */
export const builds = {
  oldest: { vscode: '1.100.3', codeServer: '4.100.3', node: '20.20.2' },
  newest: { vscode: '1.139.1', codeServer: '4.139.1', node: '24.21.0' },
} as const satisfies Record<string, Build>;

export type BuildName = keyof typeof builds;
