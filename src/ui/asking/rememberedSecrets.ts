import type { SecretStorage } from 'vscode';
import type { Log } from '../../base/log.ts';
import { Queue } from '../../base/queue.ts';
import { errorText } from '../../base/userError.ts';
import type { Credentials } from '../../core/forward/socks.ts';
import type { AppState, LinkState } from '../../core/session/state.ts';
import { secretKey, type SecretQuestion } from '../../core/ssh/prompts.ts';

/** One entry of the secret store holds all secrets, so that forgetting leaves none behind. */
const entry = 'secrets';

/**
 * Passwords and passphrases that the user wants remembered, in the editor's secret store. Each is given once per login.
 * A refused secret is forgotten. If the store fails, secrets are asked for again.
 */
export class RememberedSecrets {
  readonly #storage: SecretStorage;
  readonly #log: Log;
  readonly #queue = new Queue();
  /** Keys of the secrets that were given, by host. A failed login forgets them. */
  readonly #given = new Map<string, Set<string>>();
  readonly #links = new Map<string, LinkState>();

  constructor(storage: SecretStorage, log: Log) {
    this.#storage = storage;
    this.#log = log;
  }

  /** The remembered answer. A second attempt means that the answer was wrong: it is forgotten. */
  async recall(question: SecretQuestion): Promise<string | undefined> {
    const key = secretKey(question);
    if (key === undefined || !('attempt' in question)) return undefined;
    if (question.attempt > 1) {
      await this.#forget(new Set([key]));
      return undefined;
    }
    const known = (await this.#queue.run(() => this.#read()))[key];
    if (known !== undefined) this.#given.set(question.host, new Set(this.#given.get(question.host)).add(key));
    return known;
  }

  async remember(question: SecretQuestion, answer: string): Promise<void> {
    const key = secretKey(question);
    if (key === undefined) return;
    this.#given.set(question.host, new Set(this.#given.get(question.host)).add(key));
    await this.#change((secrets) => ({ ...secrets, [key]: answer }));
  }

  /** The user name and password that clients of a host's SOCKS proxies must give. */
  async proxyPassword(host: string): Promise<Credentials | undefined> {
    const known = (await this.#queue.run(() => this.#read()))[proxyKey(host)];
    if (known === undefined) return undefined;
    const [user = '', password = ''] = JSON.parse(known) as readonly string[];
    return { user, password };
  }

  async setProxyPassword(host: string, { user, password }: Credentials): Promise<void> {
    await this.#change((secrets) => ({ ...secrets, [proxyKey(host)]: JSON.stringify([user, password]) }));
  }

  async forgetProxyPassword(host: string): Promise<void> {
    await this.#forget(new Set([proxyKey(host)]));
  }

  async forgetAll(): Promise<void> {
    await this.#queue.run(async () => this.#storage.delete(entry));
  }

  /** Call this with each new state. A failed login forgets the secrets that it used. */
  follow(state: AppState): void {
    for (const { name, link } of state.hosts) {
      if (this.#links.get(name) === link) continue;
      this.#links.set(name, link);
      if (link.kind !== 'failed' || link.why.code !== 'authFailed') continue;
      const refused = this.#given.get(link.why.host);
      if (!refused) continue;
      this.#given.delete(link.why.host);
      void this.#forget(refused);
    }
  }

  async #read(): Promise<Record<string, string>> {
    try {
      return parse((await this.#storage.get(entry)) ?? '{}');
    } catch (error) {
      this.#log.warn(`the secret store cannot be read: ${errorText(error)}`);
      return {};
    }
  }

  #forget(keys: ReadonlySet<string>): Promise<void> {
    return this.#change((secrets) => Object.fromEntries(Object.entries(secrets).filter(([key]) => !keys.has(key))));
  }

  /** Never rejects. */
  #change(change: (secrets: Record<string, string>) => Record<string, string>): Promise<void> {
    return this.#queue.run(async () => {
      try {
        await this.#storage.store(entry, JSON.stringify(change(await this.#read())));
      } catch (error) {
        this.#log.warn(`the secret store cannot be written: ${errorText(error)}`);
      }
    });
  }
}

function proxyKey(host: string): string {
  return `proxy ${host}`;
}

/** SECURITY: the parser's message would quote the secrets, so a parse error is dropped with the unreadable text. */
function parse(text: string): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return {};
  }
}
