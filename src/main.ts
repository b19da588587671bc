import { createApp } from './app.setup.js';
import { banner } from './banner.js';
import { DomainError } from './common/errors/domain-error.js';
import { ConfigurationError } from './config/configuration-error.js';
import { loadProcessConfiguration } from './config/configuration.js';
import { WebhookVerification } from './modules/telephony/webhooks/ingress/webhook-verification.js';

try {
  const configuration = loadProcessConfiguration();
  const app = await createApp(configuration);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(configuration.http.port, configuration.http.host);
  process.stdout.write(
    await banner(configuration, app.get(WebhookVerification).describe(), await app.getUrl()),
  );
} catch (error) {
  const expected = error instanceof ConfigurationError || error instanceof DomainError || isPortTaken(error);
  process.stderr.write(
    `${expected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
}

function isPortTaken(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
  );
}
