import { after } from '../../../base/delay.ts';
import { placeOf } from '../../detect/place.ts';
import type { Program } from '../../detect/identify/program.ts';
import { isSameStart } from './portUpdate.ts';
import type { HostAccess, SeenPort } from '../state.ts';

/** Answers are gathered for this time after a write, then written together. */
const togetherMs = 200;

/**
 * Writes the answers of programs into the state: a lone answer now, the answers of a burst together. The cost of a write
 * grows with the ports of the host, so a thousand single writes would block the event loop for seconds.
 */
export class ProgramAnswers {
  readonly #write: HostAccess['write'];
  #gathered: { readonly port: SeenPort; readonly program: Program }[] = [];
  #pause: Promise<void> | undefined;

  constructor(write: HostAccess['write']) {
    this.#write = write;
  }

  /** Resolves when the answer is in the state. */
  async note(port: SeenPort, program: Program): Promise<void> {
    this.#gathered.push({ port, program });
    await this.#pause;
    if (this.#gathered.length === 0) return; // written together with another answer
    const programs = new Map(this.#gathered.map((answer) => [placeOf(answer.port), answer]));
    this.#gathered = [];
    this.#pause = new Promise((resolve) => after(togetherMs, resolve).unref());
    this.#write((host) => ({
      ...host,
      remotePorts: host.remotePorts.map((each) => {
        const answer = programs.get(placeOf(each));
        // RACE: another program may have the port by now.
        return answer && isSameStart(answer.port, each) ? { ...each, program: answer.program } : each;
      }),
    }));
  }
}
