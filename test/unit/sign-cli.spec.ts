import { tmpdir } from 'node:os';
import { signCommand } from '../../src/cli/sign-command.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { runProgram } from '../support/program.js';
import { bracknetHeaders, NEW_SECRET, OLD_SECRET, signedHeaders } from '../support/signed-webhooks.js';

const BODY = '{"event":"call_ended","bracknet_call_id":"BN-CALL-456789","end_reason":"it\'s over"}';
const TIME = '1767436345';
const ENV = {
  JWT_SECRET: 'a test secret that is long enough for HS256',
  BRACKNET_WEBHOOK_SECRET: `whsec_${NEW_SECRET.toString('base64')},${OLD_SECRET.toString()}`,
};

describe('npm run sign', () => {
  const sign = (args: string[], env: NodeJS.ProcessEnv = ENV) =>
    signCommand(args, () => loadConfiguration(env));

  it('prints the headers, signed with the newest secret, and a whole curl line', async () => {
    const { code, stdout, stderr } = await sign([BODY, '--id', 'msg_1', '--time', TIME]);
    const headers = signedHeaders(BODY, { id: 'msg_1', timestamp: TIME });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'webhook-id: msg_1',
      `webhook-timestamp: ${TIME}`,
      `webhook-signature: ${headers['webhook-signature']}`,
      '',
      'curl -X POST "http://localhost:3000/api/webhook/bracknet/call-ended" \\',
      '  -H "Content-Type: application/json" \\',
      '  -H "webhook-id: msg_1" \\',
      `  -H "webhook-timestamp: ${TIME}" \\`,
      `  -H "webhook-signature: ${headers['webhook-signature']}" \\`,
      `  --data-binary '${BODY.replace("'", String.raw`'\''`)}'`,
      '',
    ]);
  });

  it('signs by the configured profile', async () => {
    const env = {
      ...ENV,
      BRACKNET_WEBHOOK_SIGNATURE_PROFILE: 'bracknet',
      BRACKNET_WEBHOOK_ID_HEADER: 'X-Event',
    };
    const { stdout } = await sign([BODY, '--id', 'n1', '--time', TIME], env);
    const headers = bracknetHeaders(BODY, { id: 'n1', timestamp: TIME });
    expect(stdout).toContain(`X-Event: n1\n`);
    expect(stdout).toContain(`X-Bracknet-Signature: ${headers['x-bracknet-signature']}\n`);
  });

  it.each([
    ['incoming_call', '/api/webhook/bracknet/incoming-call'],
    ['missed_call', '/api/webhook/bracknet/call-missed'],
    ['call_recording_ready', '/api/webhook/bracknet/call-recording'],
    ['ringing', '/api/telephony/webhook/bracknet'],
    ['agent_login', '/api/telephony/webhook/bracknet'],
    ['constructor', '/api/telephony/webhook/bracknet'],
  ])('posts %s to %s', async (event, path) => {
    const { stdout } = await sign([JSON.stringify({ event }), '--url', 'https://crm.example.com/']);
    expect(stdout).toContain(`curl -X POST "https://crm.example.com${path}"`);
  });

  it('is a program, with an exit code', async () => {
    const args = [BODY, '--id', 'msg_1', '--time', TIME];
    expect(await runProgram('../../src/cli/sign.ts', args, { cwd: tmpdir(), env: ENV })).toEqual(
      await sign(args),
    );
    expect(await runProgram('../../src/cli/sign.ts', [], { cwd: tmpdir(), env: ENV })).toEqual(
      await sign([]),
    );
  });

  it('explains itself, whatever the configuration', async () => {
    const { code, stdout, stderr } = await sign(['--help'], { PORT: 'x' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const flag of ['--id', '--time', '--url']) expect(stdout).toContain(flag);
  });

  it('says that there is no secret, and shows none that is wrong', async () => {
    expect(await sign([BODY], { JWT_SECRET: ENV.JWT_SECRET })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Configuration: BRACKNET_WEBHOOK_SECRET must be set: there is nothing to sign with\n',
    });
    const { code, stderr } = await sign([BODY], { ...ENV, BRACKNET_WEBHOOK_SECRET: 'too short' });
    expect([code, stderr]).toEqual([1, expect.not.stringContaining('too short')]);
  });

  it.each([
    [[], 'Give one payload'],
    [[BODY, BODY], 'Give one payload'],
    [['{"event":'], 'The payload must be JSON'],
    [[BODY, '--id', 'a.b'], '--id must be 1 to 128'],
    [[BODY, '--time', 'now'], '--time must be Unix seconds'],
    [[BODY, '--url', 'localhost'], '--url must be'],
    [[BODY, '--bogus'], "Unknown option '--bogus'"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stdout, stderr } = await sign(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nSee: npm run -s sign -- --help\n$/);
  });
});
