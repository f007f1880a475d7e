import type { HostConfig } from '../../config/hostConfig.ts';

/**
 * Options that every ssh process of ours gets. They cancel what a configuration says about sessions that a person opens.
 *
 * @param version of ssh; undefined means the newest. An ssh that does not know a keyword fails.
 */
export function sessionOptions(version = Infinity): readonly string[] {
  return [
    'ClearAllForwardings=yes',
    'RemoteCommand=none',
    'RequestTTY=no',
    'PermitLocalCommand=no',
    ...(version < 8.7 ? [] : ['StdinNull=no', 'ForkAfterAuthentication=no']),
  ];
}

/** Options of the master alone. ssh writes new host keys to `newKnownHosts`, so that "once" leaves nothing behind. */
export function masterOptions(
  { userKnownHostsFiles, strictHostKeyChecking, batchMode }: HostConfig,
  newKnownHosts: string,
): readonly string[] {
  const knownHosts = [newKnownHosts, ...userKnownHostsFiles].map((file) => `"${file}"`).join(' ');
  return [
    'ControlPersist=no',
    `UserKnownHostsFile=${knownHosts}`,
    ...(batchMode ? ['BatchMode=yes'] : []),
    // SECURITY: with `no`, ssh would accept a changed key.
    ...(strictHostKeyChecking === 'no' ? ['StrictHostKeyChecking=accept-new'] : []),
  ];
}

export function asFlags(options: readonly string[]): readonly string[] {
  return options.flatMap((option) => ['-o', option]);
}
