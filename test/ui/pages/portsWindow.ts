import type { Scope } from '../../../src/base/scope.ts';
import { type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';
import { connect, connectedHost, openPortsView } from './sshPorts.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** A window with the Ports view open, and the sshd whose hosts the view lists. */
export interface PortsWindow extends Workbench {
  readonly sshd: Sshd;
}

interface PortsWindowOptions {
  readonly sshd?: SshdOptions;
  /** Runs before the window opens, for example to add hosts. */
  readonly prepare?: (sshd: Sshd) => Promise<void> | void;
  /** Instead of no automatic forwards. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Opens the window. Window and sshd end with `scope`. */
export async function openPortsWindow(
  scope: Scope,
  { sshd: options, prepare, settings = { 'sshPorts.autoForward': 'off' } }: PortsWindowOptions = {},
): Promise<PortsWindow> {
  const sshd = await startSshd(options);
  scope.defer(() => sshd.stop());
  await prepare?.(sshd);
  const workbench = scope.add(
    await openWorkbench({ settings: { 'sshPorts.configFile': sshd.configFile, ...settings } }),
  );
  await openPortsView(workbench.page);
  return { ...workbench, sshd };
}

/** Opens the window with the host `devbox` connected. */
export async function openConnectedWindow(scope: Scope, options?: PortsWindowOptions): Promise<PortsWindow> {
  const window = await openPortsWindow(scope, options);
  await connect(window.page, 'devbox');
  await connectedHost(window.page, 'devbox').waitFor();
  return window;
}
