import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of an installed program; null where there is none. Debian has daemons in a folder that is not in every PATH. */
export function pathOfProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** null where it is not installed, as the others. */
export const NGINX = pathOfProgram('nginx');
export const REDIS_SERVER = pathOfProgram('redis-server');
/** CHROMIUM names another one. */
export const CHROMIUM =
  process.env.CHROMIUM ||
  (pathOfProgram('chromium') ?? pathOfProgram('chromium-browser') ?? pathOfProgram('google-chrome'));
