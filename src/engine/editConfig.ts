import path from 'node:path';
import { editFile } from '../base/editFile.ts';
import { findForward } from '../core/config/editing/findForward.ts';
import { addDraft, draftHost, proposeAlias } from '../core/config/editing/hostDraft.ts';
import { addForward } from '../core/config/editing/write.ts';
import { realEnvironment } from '../core/config/environment.ts';
import { configFiles } from '../core/config/resolve.ts';
import { withAddressOfNow } from '../core/session/ports/containerReach.ts';
import { withLocalPort } from '../core/session/forwards/localPort.ts';
import type { Sessions } from '../core/session/sessions.ts';
import { findHost, type ForwardState, localPort } from '../core/session/state.ts';
import type { ForwardSpec } from '../core/spec/spec.ts';
import type { EngineCalls } from './engine.ts';

type EditConfig = Pick<
  EngineCalls,
  'userConfigFile' | 'configFileOf' | 'proposeHost' | 'checkAlias' | 'addHost' | 'saveForward'
>;

/** The calls that read and write the user's SSH configuration. */
export function editConfig(sessions: Sessions): EditConfig {
  const userFile = (): string => userConfigFile(sessions.settings().configFile);
  const aliases = (): readonly string[] =>
    sessions.state.get().hosts.flatMap(({ name, source }) => (source.kind === 'config' ? [name] : []));
  return {
    userConfigFile: async () => userFile(),
    configFileOf: async (host) => writableFile(sessions, host) ?? userFile(),
    proposeHost: async (text) => {
      const draft = draftHost(text, aliases());
      return { host: draft.host, alias: proposeAlias(draft, aliases()) };
    },
    checkAlias: async (text, alias) => {
      addDraft('', alias, draftHost(text, aliases()), aliases());
    },
    addHost: async (text, alias, signal) => {
      const draft = draftHost(text, aliases());
      await editFile(userFile(), (before) => addDraft(before, alias, draft, aliases()));
      await sessions.refreshHosts(signal);
    },
    saveForward: async (alias, forward, signal) => {
      const ports = findHost(sessions.state.get(), alias)?.remotePorts ?? [];
      const spec = asSeen({ ...forward, spec: withAddressOfNow(forward, ports) });
      let wasThere = forward.origin === 'config';
      let line: number | undefined;
      await editFile(writableFile(sessions, alias) ?? userFile(), (before) => {
        line = findForward(before, alias, spec);
        wasThere ||= line !== undefined;
        if (wasThere) return before;
        const after = addForward(before, alias, spec);
        line = findForward(after, alias, spec);
        return after;
      });
      await sessions.refreshHosts(signal);
      return { wasThere, ...(line !== undefined && { line }) };
    },
  };
}

function userConfigFile(configFile: string | undefined): string {
  const environment = realEnvironment({});
  return configFiles(configFile, environment)[0]?.file ?? path.join(environment.home, '.ssh', 'config');
}

/** The file that holds the host's block. Undefined for a system file, which users cannot write. */
function writableFile(sessions: Sessions, alias: string): string | undefined {
  const source = findHost(sessions.state.get(), alias)?.source;
  if (source?.kind !== 'config') return undefined;
  const isUsers = path.relative(realEnvironment({}).systemFolder, source.file).startsWith('..');
  return isUsers ? source.file : undefined;
}

/** The spec to save: with the local port of now, and without a temporary share. */
function asSeen(forward: ForwardState): ForwardSpec {
  const port = localPort(forward);
  const spec = port === undefined ? forward.spec : withLocalPort(forward.spec, port);
  const isShared = forward.status.kind === 'open' && forward.status.sharedFor !== undefined;
  if (!isShared || port === undefined) return spec;
  return { ...spec, bind: { kind: 'tcp', host: undefined, port } };
}
