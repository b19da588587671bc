import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import { ConfigurationError } from '../configuration-error.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/gu;

/**
 * Certificates of a PEM file, each as PEM; whatever else the file has is left out.
 *
 * @param variable that names the file, for the message
 * @throws ConfigurationError when the file cannot be read, or does not hold certificates; without the path
 */
export function readCertificateFile(variable: string, path: string): string[] {
  const certificates = readText(variable, path).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new ConfigurationError([
      `${variable} holds no certificate: it must be a PEM file that contains -----BEGIN CERTIFICATE-----`,
    ]);
  }
  certificates.forEach((certificate, index) => {
    if (!isCertificate(certificate)) {
      throw new ConfigurationError([
        `${variable} holds what is no certificate: number ${index + 1} of ${certificates.length} in the file`,
      ]);
    }
  });
  return certificates;
}

function readText(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = types.isNativeError(error) && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ConfigurationError(
      [`${variable} cannot be read${code}: it must be the path of a file that this process may read`],
      { cause: error },
    );
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}
