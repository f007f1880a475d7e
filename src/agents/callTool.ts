import { ScriptError } from '../view/script/readArguments.ts';
import type { Access } from './access.ts';
import { failureText, resultText } from './resultText.ts';
import { type Question, readInput } from './tool.ts';
import { tools } from './tools.ts';

/** Asks a person. `cannotAsk`: the agent's program cannot show a question. */
export type Consent = (question: Question, signal: AbortSignal) => Promise<'yes' | 'no' | 'cannotAsk'>;

/** Calls a tool with the model's arguments. Resolves to text for the model, also for a failure. @throws only bugs */
export async function callTool(
  access: Access,
  consent: Consent,
  { name, input }: { readonly name: string; readonly input: unknown },
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly isFailure: boolean }> {
  try {
    const tool = tools.find((each) => each.name === name);
    if (!tool) throw new ScriptError(`There is no tool ${JSON.stringify(name.slice(0, 80))}.`);
    const given = readInput(tool, input);
    await access.refreshHosts(signal);
    const question = tool.question(access, given);
    if (question) refuseUnless(await consent(question, signal), question.host);
    return { text: resultText(await tool.run(access, given, signal)), isFailure: false };
  } catch (error) {
    const text = failureText(error);
    if (text === undefined) throw error;
    return { text, isFailure: true };
  }
}

/** SECURITY: if nobody can be asked, the answer is no. */
function refuseUnless(said: Awaited<ReturnType<Consent>>, host: string): void {
  if (said === 'yes') return;
  throw new ScriptError(
    said === 'no'
      ? 'The user said no. Do not ask again for the same.'
      : `This needs the user’s consent, and this client cannot ask for it. The user may start the server as “ssh-ports mcp --allow ${host}”.`,
  );
}
