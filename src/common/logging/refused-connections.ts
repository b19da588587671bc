import type { Logger } from 'pino';

/** One line per interval: a flood of connections cannot fill the disk. */
const INTERVAL_MS = 60_000;

/** Logs that connections are refused: the first at once, those after it as a number in the next line. */
export function refusedConnectionLog(logger: Logger, perAddress: number): (address: string) => void {
  let silentUntil = 0;
  let unlogged = 0;
  return (address) => {
    unlogged += 1;
    const now = Date.now();
    if (now < silentUntil) return;
    logger.warn(
      { address, refused: unlogged },
      `An address has all ${perAddress} connections of HTTP_CONNECTIONS_PER_ADDRESS in use: further ones are refused. A proxy belongs in TRUSTED_PROXIES`,
    );
    silentUntil = now + INTERVAL_MS;
    unlogged = 0;
  };
}
