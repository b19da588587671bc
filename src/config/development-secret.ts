import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './configuration-error.js';

const SECRET_BYTES = 48;

/**
 * The signing secret of a machine nobody configured: 48 random bytes as base64url, generated once into
 * `<dataFolder>/jwt-secret` and reused, so that tokens outlive a restart.
 *
 * @throws ConfigurationError when the folder cannot be written or the file does not hold such a secret
 */
export function developmentSecret(dataFolder: string): string {
  const file = join(dataFolder, 'jwt-secret');
  let secret: string;
  try {
    if (!existsSync(file)) {
      create(dataFolder, file);
    }
    secret = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(
      ['DATA_FOLDER must be a folder this user may write to, or JWT_SECRET must be set'],
      { cause: error },
    );
  }
  if (Buffer.from(secret, 'base64url').length !== SECRET_BYTES) {
    throw new ConfigurationError([`${file} does not hold a generated secret: delete it to get a new one`]);
  }
  return secret;
}

/** A hard link appears whole or not at all and never replaces: of two processes, both use the first one's secret. */
function create(dataFolder: string, file: string): void {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, randomBytes(SECRET_BYTES).toString('base64url'), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) {
      throw error;
    }
  } finally {
    rmSync(draft);
  }
}
