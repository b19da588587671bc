import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../configuration-error.js';

const SECRET_BYTES = 48;

/**
 * Signing secret for development without JWT_SECRET: 48 random bytes as base64url. It is generated once, stored in
 * `<dataFolder>/jwt-secret` and reused, so that tokens stay valid after a restart.
 *
 * @throws ConfigurationError when the folder cannot be written or the file does not hold such a secret
 */
export function developmentSecret(dataFolder: string): string {
  const file = join(dataFolder, 'jwt-secret');
  let secret: string;
  try {
    if (!existsSync(file)) {
      createSecret(dataFolder, file);
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

/** Creates the file atomically and never replaces it: of two concurrent processes both use the secret of the first. */
function createSecret(dataFolder: string, file: string): void {
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
