import { windowFolder } from '../core/session/memory/windows.ts';
import { checkForward } from '../core/session/forwards/checkForward.ts';
import { findBrowsers } from '../core/session/browser/findBrowsers.ts';
import { runBrowser } from '../core/session/browser/runBrowser.ts';
import { distrustAuthority, trustAuthority, trustPlan } from '../core/front/certificates/trust.ts';
import { Sessions } from '../core/session/sessions.ts';
import type { SessionsOptions } from '../core/session/sessionsOptions.ts';
import { editConfig } from './editConfig.ts';
import type { Engine } from './engine.ts';

/** The engine in the caller's own thread. */
export function localEngine(options: SessionsOptions): Engine {
  const sessions = new Sessions({ windowFolder: windowFolder(), ...options });
  return {
    state: sessions.state,
    close: () => sessions.close(),
    ...editConfig(sessions),
    refreshHosts: async (signal) => {
      const { files, folders } = await sessions.refreshHosts(signal);
      return { files, folders };
    },
    useOptions: async (host, how) => sessions.useOptions(host, how),
    optionsOf: async (host) => sessions.optionsOf(host),
    connect: (host, signal) => sessions.connect(host, signal),
    disconnect: (host) => sessions.disconnect(host),
    restore: (hosts, attended, signal) => sessions.restore(hosts, attended, signal),
    forgetLeft: () => sessions.forgetLeft(),
    ping: (host, signal) => sessions.ping(host, signal),
    refresh: async () => sessions.refresh(),
    setForwarding: (isForwarding) => sessions.setForwarding(isForwarding),
    setFocused: async (isFocused) => sessions.setFocused(isFocused),
    askProgram: (host, port) => sessions.askProgram(host, port),
    forward: (host, request, signal) => sessions.forward(host, request, signal),
    forwardPort: (host, port, signal) => sessions.forwardPort(host, port, signal),
    stopForward: (host, id) => sessions.stopForward(host, id),
    removeForward: (host, id) => sessions.forwardsOf(host).remove(id),
    pauseForward: (host, id) => sessions.forwardsOf(host).pause(id),
    resumeForward: (host, id, signal) => sessions.forwardsOf(host).resume(id, signal),
    moveForward: (host, id, port, signal) => sessions.forwardsOf(host).move(id, port, signal),
    shareForward: (host, id, isWanted, signal) => sessions.forwardsOf(host).share(id, isWanted, signal),
    protectForward: (host, id, isProtected, signal) => sessions.forwardsOf(host).protect(id, isProtected, signal),
    serveHttps: (host, id, isWanted, signal) => sessions.forwardsOf(host).serveHttps(id, isWanted, signal),
    trustPlan: async () => trustPlan(),
    trustAuthority,
    distrustAuthority,
    extendSharing: (host, id) => sessions.forwardsOf(host).extend(id),
    labelForward: async (host, id, label) => sessions.forwardsOf(host).relabel(id, label),
    checkForward,
    findBrowsers: async () => findBrowsers(process.env, process.platform),
    runBrowser,
  };
}
