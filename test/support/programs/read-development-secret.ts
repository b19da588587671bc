import { existsSync } from 'node:fs';
import { developmentSecret } from '../../../src/config/credentials/development-secret.js';

/** Says `ready`, spins until the file `go` appears, then prints the secret of each data folder. */
const [go = '', ...dataFolders] = process.argv.slice(2);
process.stdout.write('ready\n');
while (!existsSync(go));
process.stdout.write(dataFolders.map((folder) => `${developmentSecret(folder)}\n`).join(''));
