import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of the program nginx; null where it is not installed. Debian has it in a folder that is not in every PATH. */
export const NGINX =
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
    .map((folder) => join(folder, 'nginx'))
    .find((path) => existsSync(path)) ?? null;
