import fc from 'fast-check';
import { userPartOf } from '../../src/common/pbx-address.js';

describe('one extension, however written', () => {
  // prettier-ignore
  it.each([
    '201', ' 201 ', 'sip:201@pbx.local', 'SIP:201@10.0.0.1:5060;transport=udp', 'sips:201@host', 'tel:201', '201@host',
    'SIP/201', 'SIP/201-0000a1', 'sip/201-0000002a', 'PJSIP/201', 'PJSIP/201-0000002a', 'PJSIP/201-00000021',
    'Local/201@ctx', 'Local/201@ctx-0000;1', 'Local/201@ctx-0000002a;2', 'Local/201-0000;1', 'IAX2/201-1234',
    'Agent/201', 'user/201@domain', 'sofia/internal/201@host', 'sofia/internal/sip:201@host:5060',
    '"Rahim" <201>', 'Rahim <sip:201@host>;tag=9', '"Desk 4" <PJSIP/201-0000002a>', '<201>', '201 <>', '201%40host',
    'sip:201:5060', '201:5060', '201#',
  ])('%j is 201', (text) => {
    expect(userPartOf(text)).toBe('201');
  });

  it.each([
    ['voicemail', 'voicemail'],
    ['*97', '*97'],
    ['ivr', 'ivr'],
    ['Sales desk', 'Sales desk'],
    ['sip:voicemail@host', 'voicemail'],
    ['PJSIP/trunk-gp-0000002a', 'trunk-gp'],
    ['SIP/desk-4', 'desk-4'],
    ['SIP/sales-facade', 'sales-facade'],
    ['201/202', '201/202'],
    ['100%', '100%'],
    ['', ''],
    ['sip:@host', ''],
  ])('%j is %j', (text, user) => {
    expect(userPartOf(text)).toBe(user);
  });

  it('is found in every combination of what a PBX writes around it', () => {
    const parts = fc.tuple(
      fc.stringMatching(/^(?:\d{2,6}|\*\d{2}|[a-z]{2,8})$/u),
      fc.constantFrom('', 'sip:', 'SIP/', 'PJSIP/', 'Local/', 'sofia/internal/'),
      fc.constantFrom('', '-0000002a', '-00000021'),
      fc.constantFrom('', '@pbx.local', '@10.0.0.1:5060', '@ctx-0000;1'),
      fc.constantFrom('', 'Rahim Uddin', '"Rahim"'),
    );
    fc.assert(
      fc.property(parts, ([user, prefix, number, host, name]) => {
        const address = `${prefix}${user}${prefix.endsWith('/') ? number : ''}${host}`;
        expect(userPartOf(name === '' ? address : `${name} <${address}>`)).toBe(user);
      }),
    );
  });

  it('is never longer than the text, and never thrown at', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(userPartOf(text).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
