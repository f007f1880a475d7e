import crypto from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  NameConstraints,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

/** The name and the key of the signing authority. */
export interface Signer {
  readonly name: Name;
  readonly key: crypto.KeyObject;
}

/** The contents of a certificate (RFC 5280). */
interface Statement {
  readonly subject: Name;
  readonly publicKey: crypto.KeyObject;
  readonly from: Date;
  readonly to: Date;
  readonly extensions: readonly Extension[];
}

const dayMs = 24 * 3_600_000;
/** Certificates are valid from yesterday on, because the clock of a phone may be slow. */
const backdateMs = dayMs;
const authorityDays = 5 * 365;
/** Nobody installs a leaf, so it may end soon. It is renewed halfway. */
export const leafDays = 7;

/** DNS names, and IP addresses or networks (`127.0.0.0/8`). */
export interface Names {
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
}

/**
 * The certificate of an authority that can vouch for `scope` alone, as PEM. SECURITY: a name constraint limits only the
 * types of names that it lists (RFC 5280 §4.2.1.10), so it must list both types.
 */
export function authorityCertificate(title: string, key: crypto.KeyObject, scope: Names): string {
  const permittedSubtrees = new GeneralSubtrees(generalNames(scope).map((base) => new GeneralSubtree({ base })));
  const name = commonName(title);
  const publicKey = crypto.createPublicKey(key);
  return sign(
    { name, key },
    {
      subject: name,
      publicKey,
      ...lifetime(authorityDays),
      extensions: [
        critical(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 })),
        critical(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign)),
        critical(id_ce_nameConstraints, new NameConstraints({ permittedSubtrees })),
        plain(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
        plain(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyId(publicKey))),
      ],
    },
  );
}

/** The certificate of a server, as PEM. Its subject must not look like a DNS name, or the name constraints would apply to it. */
export function leafCertificate(signer: Signer, publicKey: crypto.KeyObject, names: Names): string {
  return sign(signer, {
    subject: commonName('SSH Ports, a forward'),
    publicKey,
    ...lifetime(leafDays),
    extensions: [
      critical(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature)),
      plain(id_ce_basicConstraints, new BasicConstraints({ cA: false })),
      plain(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
      plain(id_ce_subjectAltName, new SubjectAlternativeName(generalNames(names))),
      plain(
        id_ce_authorityKeyIdentifier,
        new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyId(crypto.createPublicKey(signer.key))) }),
      ),
    ],
  });
}

/** The subject of a certificate. The issuer field of its leaves must have the same bytes. */
export function subjectOf(pem: string): Name {
  return AsnConvert.parse(new crypto.X509Certificate(pem).raw, Certificate).tbsCertificate.subject;
}

function sign({ name, key }: Signer, { subject, publicKey, from, to, extensions }: Statement): string {
  const algorithm = key.asymmetricKeyType === 'rsa' ? rsaSha256 : ecdsaSha256;
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: name,
    validity: new Validity({ notBefore: from, notAfter: to }),
    subject,
    subjectPublicKeyInfo: publicKeyInfo(publicKey),
    extensions: new Extensions([...extensions]),
  });
  const signatureValue = exact(crypto.sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), key));
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue });
  const base64 = Buffer.from(AsnConvert.serialize(certificate)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})/g, '$1\n').trim()}\n-----END CERTIFICATE-----\n`;
}

const ecdsaSha256 = new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' });
const rsaSha256 = new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: null });

function lifetime(days: number): Pick<Statement, 'from' | 'to'> {
  const now = Date.now();
  return { from: new Date(now - backdateMs), to: new Date(now + days * dayMs) };
}

function commonName(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: '2.5.4.3', value })])]);
}

function generalNames({ dns, addresses }: Names): GeneralName[] {
  return [
    ...dns.map((dNSName) => new GeneralName({ dNSName })),
    ...addresses.map((iPAddress) => new GeneralName({ iPAddress })),
  ];
}

/** RFC 5280 §4.1.2.2: positive, at most 20 bytes. */
function serialNumber(): ArrayBuffer {
  const bytes = crypto.randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return exact(bytes);
}

function publicKeyInfo(key: crypto.KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

/** RFC 5280 §4.2.1.2 (1): the SHA-1 of the key's bits. It only names the key, so SHA-1 is safe here. */
function keyId(key: crypto.KeyObject): ArrayBuffer {
  return exact(
    crypto
      .createHash('sha1')
      .update(Buffer.from(publicKeyInfo(key).subjectPublicKey))
      .digest(),
  );
}

function critical(extnID: string, value: object): Extension {
  return extension(extnID, value, true);
}

function plain(extnID: string, value: object): Extension {
  return extension(extnID, value, false);
}

function extension(extnID: string, value: object, isCritical: boolean): Extension {
  const der = AsnConvert.serialize(value);
  return new Extension({ extnID, critical: isCritical, extnValue: new OctetString(der) });
}

function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
