import {
  readableBody,
  maskedBody,
} from '../../src/modules/telephony/webhooks/inbox/receipts/receipt-body.js';

describe('the body of a receipt, as people read it', () => {
  it.each([
    ['as digits', '{"from":"01712345678"}', '{"from":"********678"}'],
    ['as a number', '{"from":8801712345678}', '{"from":**********678}'],
    ['in Bangla digits', '{"from":"০১৭১২৩৪৫৬৭৮"}', '{"from":"********৬৭৮"}'],
    [
      'in Bangla digits, escaped',
      String.raw`{"from":"\u09e6\u09E7\u09ed\u09e7\u09e8\u09e9\u09ea\u09eb\u09ec\u09ed\u09ee"}`,
      '{"from":"********৬৭৮"}',
    ],
    ['with an escaped plus', String.raw`{"from":"\u002b8801712345678"}`, '{"from":"+**********678"}'],
    ['parted by an escaped tab', String.raw`{"from":"01712\t345678"}`, '{"from":"***** ***678"}'],
    [
      'in an address',
      '{"url":"https://a.example/%2B8801712345678"}',
      '{"url":"https://a.example/+**********678"}',
    ],
    ['in no JSON', 'from=01712345678', 'from=********678'],
  ])('hides a number %s', (_how, text, masked) => {
    expect(maskedBody(Buffer.from(text))).toEqual({ body: masked, bodyBase64: null });
  });

  it('hides a number in UTF-16, of either order and with or without its mark', () => {
    const little = Buffer.from('{"from":"01712345678"}', 'utf16le');
    const big = Buffer.from(little).swap16();
    const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), little]);
    for (const bytes of [little, big, marked]) {
      expect(maskedBody(bytes).body).not.toMatch(/\d{4}/u);
      expect(maskedBody(bytes)).toMatchObject({ body: expect.stringContaining('from'), bodyBase64: null });
    }
  });

  it('leaves what is no number', () => {
    const text = String.raw`{"event":"call_ended","timestamp":"2026-01-03T10:30:00Z","duration":135,"note":"\u0995\nx2"}`;
    expect(maskedBody(Buffer.from(text)).body).toBe(text);
  });

  it('unmasked is the text, and the bytes as well where no text can be', () => {
    expect(readableBody(Buffer.from('{"from":"01712345678"}'))).toEqual({
      body: '{"from":"01712345678"}',
      bodyBase64: null,
    });
    expect(readableBody(Buffer.from([0x31, 0xff]))).toEqual({ body: '1\ufffd', bodyBase64: 'Mf8=' });
  });
});
