import { HELP, readCommandLine } from './command-line.js';
import { startSimulator, type SimulatorOptions } from './simulator.js';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(error: unknown, hint: string): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${hint}\n`);
  process.exitCode = 1;
}

async function run(options: Omit<SimulatorOptions, 'print'>): Promise<void> {
  const simulator = await startSimulator({ ...options, print });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close());
  }
  print(`Simulated PBX listening on ${simulator.url}`);
  print(`Webhooks go to ${options.crmUrl}. Start the CRM server with:`);
  print(`  BRACKNET_API_BASE_URL=${simulator.url}`);
  print(`  BRACKNET_API_KEY=${simulator.key}`);
}

try {
  const options = readCommandLine(process.argv.slice(2));
  if (options)
    await run(options).catch((error: unknown) => fail(error, 'Another port can be chosen with --port.'));
  else print(HELP);
} catch (error) {
  fail(error, 'npm run simulator -- --help lists the flags.');
}
