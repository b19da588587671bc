import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import type { TaskStatus } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { useLiveMode } from '../support/live-mode.js';

const ASKED = 'Asked for a call in the evening.';

describe('live mode, a call from a task', () => {
  const live = useLiveMode();

  async function taskId(status: TaskStatus = 'pending'): Promise<number> {
    const task = {
      customerId: '01712345678',
      priority: 'cold',
      callReason: 'follow_up',
      status,
      notes: ASKED,
    } as const;
    return (await live.app.db.manager.save(CallTask, { ...task })).id;
  }

  async function onlyTask(): Promise<{ task: CallTask; added: string[] }> {
    const [task, ...others] = await live.app.tasks();
    expect(others).toEqual([]);
    if (task === undefined) throw new Error('There is no task');
    const [asked, ...added] = task.notes?.split('\n') ?? [];
    expect(asked).toBe(ASKED);
    return { task, added };
  }

  function start(crmCallId: string) {
    return live.app.post('/api/call/start', {
      agent_extension: '201',
      customer_number: '01712345678',
      crm_call_id: crmCallId,
    });
  }

  it('sets the task in progress, returns its id, and sends it to the PBX', async () => {
    await live.pbx.behave({ scenario: 'hung-up' });
    const id = await taskId();
    const { status, body } = await start(String(id));
    await live.pbx.deliveredWebhooks(1);
    expect([status, body.crm_task_id]).toEqual([200, id]);
    expect((await live.app.onlyCall()).taskId).toBe(id);
    expect(await onlyTask()).toMatchObject({ task: { status: 'in_progress' }, added: [] });
    expect((await live.pbx.requests('start')).map(({ body }) => body)).toEqual([
      expect.objectContaining({ crm_call_id: String(id) }),
    ]);
  });

  it.each([
    [
      'answered',
      3,
      /^Call on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: outbound completed, talked 1 min 5 s, extension 201, /u,
    ],
    [
      'transferred',
      4,
      /: outbound completed, talked 1 min 5 s, extension 301, reason completed \(call 1\)\.$/u,
    ],
    ['busy', 1, /: outbound failed \(busy\), .*extension 201, reason busy \(call 1\)\.$/u],
    ['no-answer', 1, /: outbound failed \(no_answer\), .*extension 201, reason no_answer \(call 1\)\.$/u],
  ] as const)(
    '%s: adds its summary once, although each event is sent three times',
    async (scenario, events, line) => {
      await live.pbx.behave({ scenario, duplicate: 3 });
      await start(String(await taskId()));
      await live.pbx.deliveredWebhooks(events * 3);
      const { task, added } = await onlyTask();
      expect(added).toEqual([expect.stringMatching(line)]);
      expect(task.status).toBe('in_progress');
    },
  );

  it.each([31, 32, 33])(
    'adds its summary once, with the events in any order, each twice (seed %i)',
    async (seed) => {
      await live.pbx.behave({
        scenario: 'transferred',
        shuffle: true,
        duplicate: 2,
        seed,
        eventBeforeAnswer: true,
      });
      await start(String(await taskId()));
      await live.pbx.deliveredWebhooks(8);
      const { added } = await onlyTask();
      expect(added).toEqual([expect.stringMatching(/^Call on .+: outbound completed.* \(call 1\)\.$/u)]);
    },
  );

  it.each([true, false])(
    'adds its summary once when the call ends before the response to start (crm_call_id echoed: %s)',
    async (echoCrmCallId) => {
      await live.pbx.behave({ scenario: 'busy', eventBeforeAnswer: true, duplicate: 2, echoCrmCallId });
      const id = await taskId();
      const { body } = await start(String(id));
      await live.pbx.deliveredWebhooks(2);
      expect(body).toMatchObject({ crm_task_id: id, telephonyCallId: 1 });
      const { added } = await onlyTask();
      expect(added).toEqual([
        expect.stringMatching(/^Call on .+: outbound failed \(busy\).* \(call 1\)\.$/u),
      ]);
    },
  );

  it('adds its summary with times in Asia/Dhaka', async () => {
    await start(String(await taskId()));
    await live.pbx.deliveredWebhooks(3);
    const { startedAt } = await live.app.onlyCall();
    const dhaka = new Date((startedAt?.getTime() ?? 0) + 6 * 3_600_000).toISOString().slice(0, 19);
    const { added } = await onlyTask();
    expect(added).toEqual([expect.stringContaining(`Call on ${dhaka.replace('T', ' ')}: `)]);
  });

  it('adds its summary when the agent hangs up, and not before', async () => {
    await live.pbx.behave({ scenario: 'hung-up' });
    const { body } = await start(String(await taskId()));
    await live.pbx.deliveredWebhooks(1);
    const seen: string[][] = [];
    live.pbx.beforeWebhook = async () => seen.push((await onlyTask()).added);
    await live.app.post('/api/call/hangup', { bracknet_call_id: body.bracknet_call_id });
    await live.pbx.deliveredWebhooks(3);
    expect(seen[0]).toEqual([]);
    expect((await onlyTask()).added).toEqual([expect.stringContaining('reason agent_hangup')]);
  });

  it('that the PBX rejects has its task pending again, with one line with the reason', async () => {
    await live.pbx.behave({ answer: 'http400' });
    await start(String(await taskId()));
    const { task, added } = await onlyTask();
    expect(task).toMatchObject({ status: 'pending', completedAt: null });
    expect(added).toEqual([expect.stringMatching(/^Call on .+ could not be placed: .+ \(call 1\)\.$/u)]);
  });

  it('that was rejected can be started again, and is then summarised', async () => {
    const id = String(await taskId());
    await live.pbx.behave({ answer: 'http400' });
    await start(id);
    await live.pbx.behave({ answer: 'ok', eventBeforeAnswer: true, echoCrmCallId: true });
    const { body } = await start(id);
    await live.pbx.deliveredWebhooks(3);
    expect(body.telephonyCallId).toBe(2);
    const { task, added } = await onlyTask();
    expect(task.status).toBe('in_progress');
    expect(added).toEqual([
      expect.stringContaining('could not be placed'),
      expect.stringMatching(/: outbound completed.* \(call 2\)\.$/u),
    ]);
  });

  it('is linked and summarised when the task is completed, and the status is unchanged', async () => {
    const id = await taskId('completed');
    const { body } = await start(String(id));
    await live.pbx.deliveredWebhooks(3);
    expect(body.crm_task_id).toBe(id);
    const { task, added } = await onlyTask();
    expect(task.status).toBe('completed');
    expect(added).toHaveLength(1);
  });

  it.each(['999', 'CRM-CALL-987654', '01', '99999999999'])(
    'with a crm_call_id that is no task (%s) is started too, and returns no linked task',
    async (crmCallId) => {
      const { status, body } = await start(crmCallId);
      await live.pbx.deliveredWebhooks(3);
      expect([status, body.crm_task_id]).toEqual([200, null]);
      expect(await live.app.onlyCall()).toMatchObject({ taskId: null, crmCallId, status: 'completed' });
    },
  );
});
