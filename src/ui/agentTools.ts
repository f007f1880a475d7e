import path from 'node:path';
import * as vscode from 'vscode';
import { errorText } from '../base/userError.ts';
import { failureText, resultText } from '../agents/resultText.ts';
import { type AgentTool, readInput } from '../agents/tool.ts';
import { tools } from '../agents/tools.ts';
import type { Context } from './context.ts';
import { signalOf } from './signalOf.ts';

/** Part of VS Code since 1.101. */
interface McpParts {
  readonly lm: {
    registerMcpServerDefinitionProvider(
      id: string,
      provider: { provideMcpServerDefinitions(): readonly object[] },
    ): vscode.Disposable;
  };
  readonly McpStdioServerDefinition: new (
    label: string,
    command: string,
    args: string[],
    env: Readonly<Record<string, string>>,
    version: string,
  ) => object;
}

/** The tools for the editor's language models, and the MCP server for other agents. An editor may support neither. */
export function registerAgentTools(context: Context): vscode.Disposable {
  const editor: Partial<typeof vscode> & { readonly lm?: Partial<typeof vscode.lm & McpParts['lm']> } = vscode;
  const { lm } = editor;
  const disposables = lm?.registerTool
    ? tools.map((tool) => vscode.lm.registerTool(tool.name, forEditor(tool, context)))
    : [];
  if (lm?.registerMcpServerDefinitionProvider) disposables.push(...offerServer(context, vscode as unknown as McpParts));
  return vscode.Disposable.from(...disposables);
}

function forEditor(tool: AgentTool, { engine, listed }: Context): vscode.LanguageModelTool<unknown> {
  return {
    // SECURITY: VS Code shows this question before it calls `invoke`. Invalid arguments throw here, so `invoke` is not called.
    prepareInvocation: async ({ input }) => {
      await listed;
      const question = tool.question(engine, readInput(tool, input));
      return {
        invocationMessage: tool.title,
        ...(question && { confirmationMessages: { title: question.title, message: plain(question.message) } }),
      };
    },
    invoke: async ({ input }, token) => {
      await listed;
      const text = await tool
        .run(engine, readInput(tool, input), signalOf(token))
        .then(resultText)
        .catch((error: unknown) => {
          const why = failureText(error);
          if (why === undefined) throw error;
          return why;
        });
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    },
  };
}

/** SECURITY: the name of a host becomes no link and no other markup. */
function plain(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(text);
}

/** CAUTION: VS Code 1.100 has an unfinished form of this function, which throws. The tools work nevertheless. */
function offerServer({ extension, settings, log }: Context, editor: McpParts): readonly vscode.Disposable[] {
  const { version } = extension.packageJSON as { readonly version: string };
  const program = path.join(extension.extensionPath, 'dist', 'cli.cjs');
  const provideMcpServerDefinitions = (): readonly object[] => {
    const { configFile } = settings.get();
    const args = [program, 'mcp', ...(configFile === undefined ? [] : ['-F', configFile])];
    // With this variable Electron, which the extension host runs on, runs a script as Node.js does.
    const env = { ELECTRON_RUN_AS_NODE: '1' };
    return [new editor.McpStdioServerDefinition('SSH Ports', process.execPath, args, env, version)];
  };
  try {
    return [editor.lm.registerMcpServerDefinitionProvider('sshPorts.mcp', { provideMcpServerDefinitions })];
  } catch (error) {
    log.info(`this editor takes no MCP servers of extensions: ${errorText(error)}`);
    return [];
  }
}
