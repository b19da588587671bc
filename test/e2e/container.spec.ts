import { existsSync, readFileSync, statSync } from 'node:fs';
import { load } from 'js-yaml';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.js';
import { Document, ROOT } from '../support/documents.js';

interface Service {
  readonly image?: string;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly cpus?: number;
  readonly security_opt?: readonly string[];
}

function textOf(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

const dockerfile = textOf('Dockerfile');
const compose = textOf('docker-compose.yml');
const { services } = load(compose) as { services: { app: Service; postgres: Service } };
const { scripts }: { scripts: Record<string, string> } = JSON.parse(textOf('package.json'));
const operations = new Document('docs/operations.md');

describe('the image', () => {
  it('is built from files that exist and that .dockerignore does not exclude', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gmu)].flatMap(([, files = '']) =>
      files.split(' '),
    );
    expect(copied.filter((file) => !existsSync(ROOT + file))).toEqual([]);
    const admitted = [...textOf('.dockerignore').matchAll(/^!(.+)$/gmu)].map(([, file = '']) => file);
    expect(copied.sort()).toEqual(admitted.sort());
  });

  it('starts what `npm run start:prod` starts', () => {
    const commands = [...dockerfile.matchAll(/^CMD (.+)$/gmu)].map(([, command = '']) => JSON.parse(command));
    expect(commands).toEqual([scripts['start:prod']?.split(' ')]);
    expect(scripts.start).toBe(`npm run -s build:changed && ${scripts['start:prod']}`);
  });

  it('runs no script of a package, and runs as an ordinary user', () => {
    const npm = dockerfile.match(/npm (?:ci|install|prune)\b[^&\n]*/gu) ?? [];
    expect(npm.length).toBeGreaterThan(0);
    for (const command of npm) expect(command).toContain('--ignore-scripts');
    expect(dockerfile).toMatch(/^USER node$/mu);
  });

  it('and that of PostgreSQL have exact versions, which the documents repeat', () => {
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gmu)].map(([, image = '']) => image);
    for (const image of [...images, services.postgres.image ?? '']) {
      expect(image).toMatch(/^\w+:\d+\.\d+(?:\.\d+)?-/u);
      expect(operations.text).toContain(`imagetools inspect ${image}\n`);
    }
  });
});

describe('docker-compose.yml', () => {
  it('sets only variables that the service reads', () => {
    const given = Object.keys(services.app.environment);
    expect(given).toContain('DATABASE_URL');
    expect(ENVIRONMENT_VARIABLES.map(({ name }) => name)).toEqual(expect.arrayContaining(given));
  });

  it('has no password of its own: it says which variable is missing', () => {
    const passwords = compose.match(/\$\{\w*PASSWORD[^}]*\}/gu) ?? [];
    expect(passwords).toHaveLength(2);
    for (const password of passwords)
      expect(password).toMatch(/^\$\{POSTGRES_PASSWORD:\?Set POSTGRES_PASSWORD /u);
  });

  it('gives the service a role that is not the superuser of the image', () => {
    expect(String(services.app.environment.DATABASE_URL)).toMatch(/^postgres:\/\/telephony:/u);
    expect(services.postgres.environment).not.toHaveProperty('POSTGRES_USER');
    const [script = ''] = /^\.\/[\w/.-]+/u.exec(services.postgres.volumes?.[1] ?? '') ?? [];
    expect(services.postgres.volumes?.[1]).toMatch(/:\/docker-entrypoint-initdb\.d\/.+:ro$/u);
    // The image sources a script that is not executable into its own shell.
    expect(statSync(ROOT + script).mode & 0o111).not.toBe(0);
  });

  it.each(['app', 'postgres'] as const)('limits memory, processes and processors of %s', (name) => {
    expect(services[name]).toMatchObject({
      mem_limit: expect.stringMatching(/^\d+[mg]$/u),
      pids_limit: expect.any(Number),
      cpus: expect.any(Number),
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('publishes ports on this machine only, and none of PostgreSQL', () => {
    for (const port of services.app.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/u);
    expect(services.postgres.ports).toBeUndefined();
  });

  it('serves the metrics at the port that the documents scrape, to other machines too', () => {
    const { METRICS_HOST: host, METRICS_PORT: port } = services.app.environment;
    expect(host).toBe('0.0.0.0');
    expect(operations.blocks.find(({ text }) => text.startsWith('scrape_configs'))?.text).toContain(
      `:${port}'`,
    );
    expect(services.app.ports).toContainEqual(expect.stringMatching(new RegExp(`:${port}$`, 'u')));
  });
});
