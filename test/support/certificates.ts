import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = (args: readonly string[]) => promisify(execFile)('openssl', args);

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Certificates of a made-up authority, in a folder of their own. Made by the program openssl. */
export class Certificates {
  private constructor(private readonly folder: string) {}

  /** An authority, and a certificate of it for 127.0.0.1. */
  static async create(): Promise<Certificates> {
    const made = new Certificates(await mkdtemp(join(tmpdir(), 'telephony-tls-')));
    const { authority, authorityKey, certificate, key } = made;
    const names = made.path('names.cnf');
    const request = made.path('request.pem');
    await writeFile(names, 'subjectAltName=IP:127.0.0.1\n');
    const ofAuthority = ['-days', '2', '-subj', '/CN=CA of the tests', '-keyout', authorityKey];
    await openssl(['req', '-x509', ...NEW_KEY, ...ofAuthority, '-out', authority]);
    await openssl(['req', ...NEW_KEY, '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', request]);
    const signing = ['-CA', authority, '-CAkey', authorityKey, '-CAcreateserial', '-days', '2'];
    await openssl(['x509', '-req', '-in', request, '-extfile', names, ...signing, '-out', certificate]);
    return made;
  }

  get authority(): string {
    return this.path('authority.pem');
  }

  get certificate(): string {
    return this.path('certificate.pem');
  }

  get key(): string {
    return this.path('key.pem');
  }

  private get authorityKey(): string {
    return this.path('authority-key.pem');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Certificate and key, as a TLS server takes them. */
  async ofServer(): Promise<{ cert: Buffer; key: Buffer }> {
    return { cert: await readFile(this.certificate), key: await readFile(this.key) };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
