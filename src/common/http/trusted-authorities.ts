import { rootCertificates } from 'node:tls';

/**
 * TLS settings that trust further authorities. Node takes a list of authorities instead of its own, so its own are repeated.
 * @param certificates each as PEM
 */
export function trustIn(certificates: readonly string[]): { readonly ca?: string[] } {
  return certificates.length === 0 ? {} : { ca: [...rootCertificates, ...certificates] };
}
