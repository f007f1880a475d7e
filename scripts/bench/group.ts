import type { Sshd } from '../../test/support/sshd.ts';
import type { Cable } from './distance.ts';
import type { To } from './load.ts';

/** Rows that share a place, a destination server and the programs that forward to it. */
export interface Group {
  readonly name: string;
  /** Between this machine and the remote. Absent: the remote is this machine. */
  readonly cable?: Cable;
  /** The destination server, which prints its port: `origin.ts`, or another script beside it. */
  readonly origin: string;
  /** The others are compared with the first one. */
  readonly sides: readonly Side[];
  readonly rows: readonly Row[];
  /** `--quick` leaves the group out. */
  readonly isSlow?: true;
}

/** A way to reach the destination server. */
export interface Side {
  readonly name: string;
  /** Resolves when the first answer has come through. */
  open(site: Site): Promise<Reached>;
}

/** The remote of a group. */
export interface Site {
  readonly sshd: Sshd;
  /** The destination server as the remote sees it. */
  readonly originPort: number;
  /** The address of the remote. */
  readonly address: string;
}

export interface Reached {
  readonly to: To;
  /** The PID of the forwarding program, if the side starts one. */
  readonly pid?: number;
  /** The extension host that forwards. */
  readonly editor?: EditorHost;
  close(): Promise<void>;
}

/** The work and measurements inside the extension host of an editor. */
export interface EditorHost {
  /** Milliseconds of `require` and of `activate`, measured when it started. */
  readonly startMs: { readonly load: number; readonly activate: number };
  /** The 99th percentile of the event loop's delay while `work` runs, in milliseconds. */
  loopDelay(work: () => Promise<unknown>): Promise<number>;
  /** Another extension keeps the host busy for 50 of 150 ms while `work` runs. */
  whileBusy<T>(work: () => Promise<T>): Promise<T>;
}

/** One kind of work, or one figure of a program. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  /** Whether a high or a low figure is good. */
  readonly good: 'more' | 'less';
  /** The goal, printed beside the figures. */
  readonly goal?: string;
  /** All sides run at once: for work that only waits for the network, so no side disturbs another. */
  readonly isTogether?: true;
  /** Names of the sides that take part. Absent: all. */
  readonly sides?: readonly string[];
  /** Undefined: this side has no such figure. */
  readonly measure: (run: Run) => Promise<number | undefined>;
}

export interface Run {
  readonly reached: Reached;
  readonly side: Side;
  readonly site: Site;
  /** An editor of the group, for rows in which it is busy while another side works. */
  readonly anyEditor: EditorHost | undefined;
  /** How much work, as a share of the whole: less with `--quick`. */
  readonly scale: number;
}
