import net from 'node:net';
import { isLoopbackAddress } from '../../spec/loopback.ts';
import { isBelowLocalhost } from '../localhostName.ts';
import type { Credential } from '../secureServer.ts';
import { type Authority, mkcertAuthority, ownAuthority, timeLeftMs } from './authority.ts';
import { leafDays, type Names } from './certificate.ts';
import { dataFolder, mkcertFolder } from './folders.ts';

export interface CertificateFolders {
  /** The folder of our own authorities. */
  readonly own: string;
  readonly mkcert: string;
}

/** Read at each use: the variables of the environment are the user's. */
function certificateFolders(): CertificateFolders {
  return { own: dataFolder('ssh-ports'), mkcert: mkcertFolder() };
}

const localScope: Names = { dns: ['localhost'], addresses: ['127.0.0.0/8', '::1/128'] };
/** SECURITY: any client of a front may ask for new names below localhost, so the cache is bounded. */
const maxLeaves = 100;
const halfLifeMs = (leafDays / 2) * 24 * 3_600_000;

/** The certificates of HTTPS fronts. Leaves stay in memory. */
export class Certificates {
  readonly #folders: () => CertificateFolders;
  readonly #leaves = new Map<string, Credential>();

  constructor(folders: () => CertificateFolders = certificateFolders) {
    this.#folders = folders;
  }

  /** The authority for localhost and all names below it: mkcert's if it exists, because browsers may trust it already. */
  local(): Authority {
    const { own, mkcert } = this.#folders();
    return mkcertAuthority(mkcert) ?? ownAuthority(own, 'local-authority.pem', localScope);
  }

  /**
   * The authority for one address of this machine in its network. SECURITY: each address has its own authority, apart from
   * the local one, so a phone that trusts it trusts nothing but this address.
   */
  shared(address: string): Authority {
    const scope = { dns: ['localhost'], addresses: [`${address}/${net.isIPv6(address) ? 128 : 32}`] };
    return ownAuthority(this.#folders().own, `shared-${address.replaceAll(/[^\da-f.]/g, '-')}.pem`, scope);
  }

  /** The certificate for a name that a browser asks for, or for the address that it connects to. */
  credential(subject: string): Credential {
    const known = this.#leaves.get(subject);
    if (known && timeLeftMs(known.cert) > halfLifeMs) return known;
    const made = this.#issue(subject);
    if (this.#leaves.size >= maxLeaves) this.#leaves.clear();
    this.#leaves.set(subject, made);
    return made;
  }

  #issue(subject: string): Credential {
    const isShared = net.isIP(subject) !== 0 && !isLoopbackAddress(subject);
    if (isShared) return this.shared(subject).issue({ dns: [], addresses: [subject] });
    const addresses = ['127.0.0.1', '::1'];
    if (net.isIP(subject) && !addresses.includes(subject)) addresses.push(subject);
    const dns = isBelowLocalhost(subject) ? [subject, 'localhost'] : ['localhost'];
    return this.local().issue({ dns, addresses });
  }
}

/** Those of this process. */
export const certificates = new Certificates();
