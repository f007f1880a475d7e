/** Why a host certificate does not prove that the server is the host (PROTOCOL.certkeys). */
export type CertificateFault =
  /** The certificate is for a user. */
  | 'notHost'
  | 'notYetValid'
  | 'expired'
  /** The principals do not include the host. */
  | 'otherHost'
  | 'criticalOption'
  /** CASignatureAlgorithms (ssh_config(5)) excludes the authority's signature. */
  | 'signatureAlgorithm'
  /** The known_hosts files have an authority for the host, and another one signed. */
  | 'otherAuthority'
  /** The signature is not the authority's. */
  | 'badSignature'
  | 'malformed';
