import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { validationPipe } from '../../src/common/errors/validation.js';
import { AssignExtensionRequest } from '../../src/modules/agents/extensions/extension.dto.js';
import { SetStatusRequest } from '../../src/modules/agents/presence/presence.dto.js';
import { KpiQuery } from '../../src/modules/reports/kpi/kpi.dto.js';
import { TransferRequest } from '../../src/modules/telephony/calls/dto/call-control.dto.js';
import { WriteCallNoteRequest } from '../../src/modules/telephony/calls/dto/call-note.dto.js';
import { CallListQuery } from '../../src/modules/telephony/calls/dto/call.dto.js';

const AGENT = { kind: 'agent', userId: 7 };
const CALL = { bracknet_call_id: 'BN-1' };
const many = Array.from({ length: 1001 }, (_, index) => index + 1);

describe('the rule that a field violates', () => {
  it.each<[string, Type, object, object]>([
    ['is missing', SetStatusRequest, {}, { field: 'status', rule: 'required' }],
    ['is unknown', SetStatusRequest, { status: 'online', x: 1 }, { field: 'x', rule: 'unknown_field' }],
    ['is of another type', AssignExtensionRequest, { ...AGENT, userId: 'x' }, { rule: 'wrong_type' }],
    ['is no text', WriteCallNoteRequest, { note: 7, outcome: null }, { rule: 'wrong_type' }],
    ['is blank', WriteCallNoteRequest, { note: ' ', outcome: null }, { rule: 'empty' }],
    [
      'is too long',
      WriteCallNoteRequest,
      { note: 'x'.repeat(2001), outcome: null },
      { rule: 'too_long', limit: 2000 },
    ],
    [
      'has too many entries',
      AssignExtensionRequest,
      { kind: 'group', members: many },
      { field: 'members', rule: 'too_many', limit: expect.any(Number) },
    ],
    ['is too small', AssignExtensionRequest, { ...AGENT, userId: 0 }, { rule: 'too_small', limit: 1 }],
    [
      'is too small, in a class that is made of two',
      CallListQuery,
      { page: '0' },
      { rule: 'too_small', limit: 1 },
    ],
    ['is none of the choices', SetStatusRequest, { status: 'away' }, { rule: 'not_a_choice' }],
    [
      'has an entry twice',
      AssignExtensionRequest,
      { kind: 'group', members: [1, 1] },
      { field: 'members', rule: 'duplicate' },
    ],
    [
      'has control characters',
      SetStatusRequest,
      { status: 'break', reason: 'a\u0007' },
      { rule: 'characters' },
    ],
    ['is no day', KpiQuery, { from: 'today' }, { field: 'from', rule: 'time' }],
    ['is no time', CallListQuery, { from: 'today' }, { field: 'from', rule: 'time' }],
    ['is no extension', TransferRequest, { ...CALL, transfer_extension: '2 0' }, { rule: 'extension' }],
    ['is of another form', WriteCallNoteRequest, { note: '', outcome: 'a b' }, { rule: 'form' }],
  ])('is named when it %s', async (_case, metatype, body, detail) => {
    const pipe = validationPipe();
    await expect(pipe.transform(body, { type: 'body', metatype })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [detail],
    });
  });
});
