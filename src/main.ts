import './navigator.js';
import { createApp } from './app.setup.js';
import { banner, factsOf } from './banner.js';
import { createLifecycleLogger } from './common/logging/logger.js';
import { type Configuration, loadProcessConfiguration } from './config/configuration.js';
import { WebhookVerification } from './modules/telephony/webhooks/ingress/webhook-verification.js';
import { explainStartError } from './start-error.js';

let configuration: Configuration | null = null;

try {
  configuration = loadProcessConfiguration();
  const app = await createApp(configuration);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(configuration.http.port, configuration.http.host);
  const facts = factsOf(configuration, app.get(WebhookVerification).describe(), await app.getUrl());
  if (configuration.app.environment === 'production') {
    const log = createLifecycleLogger('stdout');
    log.info(facts, 'TrustCart Telephony is ready');
    for (const warning of configuration.app.warnings) log.warn(warning);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => log.info({ signal }, 'stopping'));
    }
    process.once('exit', (exitCode) => log.info({ exitCode }, 'stopped'));
  } else {
    process.stdout.write(await banner(configuration, facts));
  }
} catch (error) {
  const expected = explainStartError(error, configuration);
  const stack = error instanceof Error ? error.stack : undefined;
  // Where the configuration is wrong, the variable itself says which environment this is.
  if (process.env.NODE_ENV === 'production') {
    const log = createLifecycleLogger('stderr');
    if (expected === null) log.fatal({ stack: stack ?? String(error) }, 'The service could not start');
    else log.fatal(expected);
  } else {
    process.stderr.write(`${expected ?? stack ?? String(error)}\n`);
  }
  process.exit(1);
}
