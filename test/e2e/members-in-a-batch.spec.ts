import { ExtensionDirectory } from '../../src/modules/agents/extensions/extension-directory.service.js';
import { SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { inOneBatch } from '../support/held-batches.js';
import { PbxEvents } from '../support/pbx-events.js';

describe('a miss at a member of two groups', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    await assign('201', { userId: 7 });
    await assign('600', { kind: 'group', memberExtensions: ['201'] });
    await assign('601', { kind: 'group', members: [7] });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function assign(extension: string, body: object): Promise<void> {
    expect(await app.put(`/api/telephony/extensions/${extension}`, body, SUPERVISOR)).toMatchObject({
      status: 200,
    });
    await app.nest.get(ExtensionDirectory).refresh();
  }

  it.each([
    ['alone', false],
    ['with a ring at the other group', true],
  ])('is that of the call that rang at one of them, stored %s', async (_how, withOther) => {
    await app.clear();
    // After the extensions have their holders.
    const pbx = new PbxEvents(app, Date.now());
    await pbx.incoming('rang', 0, '01712345678', '601');
    const missed = () => pbx.missed(null, 1, '01712345678', '201');
    const other = () => pbx.incoming('other', 0.5, '01812345678', '600');
    await inOneBatch(app, withOther ? [other, missed] : [missed]);
    const calls = (await app.calls()).filter(({ externalCallId }) => externalCallId !== 'other');
    expect(calls).toMatchObject([{ externalCallId: 'rang', status: 'failed' }]);
  });
});
