import os from 'node:os';
import type { HostConfig } from '../../src/core/config/hostConfig.ts';
import { caSignatures, keyTypes } from '../../src/core/config/keywords/algorithms.ts';
import type { Sshd } from './sshd.ts';

/** A host as OpenSSH's defaults make it, without any key, agent or known_hosts file of this machine. */
export function hostConfig(changes: Partial<HostConfig> = {}): HostConfig {
  return {
    name: 'devbox',
    hostName: '127.0.0.1',
    port: 22,
    user: os.userInfo().username,
    proxy: { kind: 'none' },
    addressFamily: 'any',
    proxyUseFdpass: false,
    connectTimeoutMs: 0,
    connectionAttempts: 1,
    tcpKeepAlive: true,
    serverAliveCountMax: 3,
    compression: false,
    strictHostKeyChecking: 'ask',
    userKnownHostsFiles: [],
    globalKnownHostsFiles: [],
    hashKnownHosts: false,
    checkHostIp: false,
    noHostAuthenticationForLocalhost: false,
    updateHostKeys: 'no',
    caSignatureAlgorithms: caSignatures.preferred,
    verifyHostKeyDns: false,
    identityFiles: [],
    identityFilesAreDefault: false,
    certificateFiles: [],
    identitiesOnly: false,
    addKeysToAgent: 'no',
    forwardAgent: false,
    preferredAuthentications: ['publickey', 'keyboard-interactive', 'password'],
    pubkeyAuthentication: true,
    pubkeyAcceptedAlgorithms: keyTypes.preferred,
    requiredRsaSize: 1024,
    passwordAuthentication: true,
    kbdInteractiveAuthentication: true,
    numberOfPasswordPrompts: 3,
    batchMode: false,
    gssapiAuthentication: false,
    hostbasedAuthentication: false,
    env: {},
    forwards: [],
    gatewayPorts: false,
    exitOnForwardFailure: false,
    hasNoSession: false,
    streamLocalBindUnlink: false,
    streamLocalBindMask: 0o177,
    permitRemoteOpen: [],
    ...changes,
  };
}

/** How to reach an sshd of ours: its key file and its known_hosts. */
export function sshdConfig(sshd: Sshd, changes: Partial<HostConfig> = {}): HostConfig {
  return hostConfig({
    port: sshd.port,
    user: sshd.user,
    identityFiles: [sshd.keyFile],
    userKnownHostsFiles: [sshd.knownHostsFile],
    strictHostKeyChecking: 'yes',
    ...changes,
  });
}
