import { ConfigurationError } from '../../src/config/configuration-error.js';
import { type Configuration, loadConfiguration } from '../../src/config/configuration.js';
import { explainStartError } from '../../src/start-error.js';

const configuration = loadConfiguration({
  NODE_ENV: 'test',
  JWT_SECRET: 'x'.repeat(32),
  METRICS_PORT: '9464',
});

function explained(fields: object, of: Configuration | null = configuration): string | null {
  return explainStartError(Object.assign(new Error('listen'), fields), of);
}

describe('why the service did not start', () => {
  it.each([
    [
      { code: 'EADDRINUSE', port: 3000 },
      'Port 3000 is in use. Set PORT to another one, or stop the process that has it',
    ],
    [
      { code: 'EADDRINUSE', port: 9464 },
      'Port 9464 is in use. Set METRICS_PORT to another one, or stop the process that has it',
    ],
    [{ code: 'EACCES', port: 80 }, 'Port 80 may not be opened by this user. Set PORT to one above 1023'],
    [
      { code: 'EADDRNOTAVAIL', port: 3000, address: '203.0.113.7' },
      '203.0.113.7 is no address of this machine. Set HOST to one of them',
    ],
  ])('is explained for %j', (fields, text) => {
    expect(explained(fields)).toBe(text);
  });

  it('is the message of an error of the configuration', () => {
    expect(explainStartError(new ConfigurationError(['PORT must be a number']), null)).toBe(
      'Configuration: PORT must be a number',
    );
  });

  it('is not explained for an unexpected error, or a file that may not be read', () => {
    expect(explained({})).toBeNull();
    expect(explained({ code: 'EACCES', path: '/data' })).toBeNull();
    expect(explained({ code: 'EADDRINUSE', port: 3000 }, null)).toBeNull();
    expect(explainStartError('text', configuration)).toBeNull();
  });
});
