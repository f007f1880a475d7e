import type { EventData } from 'node:test';
import path from 'node:path';
import { inspect } from 'node:util';

/** One line of the report: a test without tests below it. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly error?: string;
}

type Event =
  | { readonly type: 'test:pass'; readonly data: EventData.TestPass }
  | { readonly type: 'test:fail'; readonly data: EventData.TestFail }
  | { readonly type: 'test:stdout' | 'test:stderr'; readonly data: EventData.TestStdout };

/** A reporter of node:test that writes a `TestResult` per line, as soon as each is known. */
export default async function* report(events: AsyncIterable<Event>): AsyncGenerator<string> {
  for await (const event of events) {
    const result = resultOf(event);
    if (result) yield `${JSON.stringify(result)}\n`;
  }
}

function resultOf({ type, data }: Event): TestResult | undefined {
  if (type !== 'test:pass' && type !== 'test:fail') return undefined;
  const { name, file = name } = data;
  if (type === 'test:fail') {
    const error = data.details.error as Error & { failureType?: string };
    // What is above a failed test fails too; that is counted once.
    if (error.failureType === 'subtestsFailed') return undefined;
    return { file, name, status: 'failed', error: inspect(error.cause ?? error) };
  }
  if (data.details.type === 'suite') return undefined;
  if (data.skip !== undefined || data.todo !== undefined) return { file, name, status: 'skipped' };
  // A file is itself reported as a test when there is none in it.
  if (path.isAbsolute(name)) return { file, name: 'the file', status: 'failed', error: 'There are no tests in it.' };
  return { file, name, status: 'passed' };
}
