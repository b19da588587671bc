import { wordsIn } from '../../i18n/language.js';

const en = {
  filter: 'State',
  waiting: 'To decide',
  explained: {
    waiting: 'Events that the telephone system sent and that are in no call yet.',
    quarantined: 'Answered with an error and kept: they do not match the contract.',
    failed: 'Accepted, but could not be applied: they are tried again by themselves.',
    dead: 'Tried twelve times without success.',
    ignored: 'Of a kind that nobody needs; a later release may know it.',
    discarded: 'A supervisor decided that they are nothing.',
  },
  empty: { waiting: 'Nothing waits for a decision', other: 'Nothing is in this state' },
  emptyHint:
    'Webhooks that are refused for their signature or address are never kept: the log and the metrics count them.',
  choose: (id: string) => `Choose receipt ${id}`,
  chosen: (count: string) => `${count} chosen`,
  receipt: (id: string) => `Receipt ${id}`,
  noEvent: 'No event',
  from: (address: string, route: string) => `From ${address} by ${route}`,
  signed: (key: string) => `signed with key ${key}`,
  unsigned: 'not signed',
  triedNext: (count: string, at: string) => `Tried again ${count} times. Next at ${at}.`,
  decided: (by: string, reason: string) => `${by}: ${reason}`,
  tryAgain: 'Try again',
  discard: 'Discard',
  older: 'Older',
  trial: 'What would change',
  wouldApply: (call: string) => `would be applied to ${call}.`,
  wouldBeNew: 'would create a new call.',
  newCall: 'New call',
  results: {
    refused: 'still does not match the contract.',
    settled: 'is settled already.',
  },
  nothingToApply: 'There is nothing to apply. Nothing was changed.',
  apply: 'Apply',
  applySeveral: (count: string) => `Apply ${count}`,
  applied: (count: string) => `Applied: ${count}`,
  discardTitle: (count: string) => `Discard ${count}?`,
  discardHow: 'It cannot be applied afterwards. What was sent is kept for some time, with your reason.',
  reason: 'Reason',
  discardNow: 'Discard for good',
  keep: 'Keep',
  discarded: (count: string) => `Discarded: ${count}`,
  reasons: {
    WEBHOOK_INVALID: 'What was sent does not match the contract.',
    WEBHOOK_EVENT_MISMATCH: 'The event came by the address of another event.',
    WEBHOOK_ID_REUSED: 'The id of another delivery came again with other content.',
    RECORDING_AMBIGUOUS: 'The recording may be of several calls.',
    INTERNAL: 'The service could not apply it. If it stays so, tell support.',
  },
};

const bn: typeof en = {
  filter: 'অবস্থা',
  waiting: 'সিদ্ধান্ত দরকার',
  explained: {
    waiting: 'টেলিফোন ব্যবস্থার পাঠানো যেসব খবর এখনো কোনো কলে নেই।',
    quarantined: 'ভুল জানিয়ে ফেরত দেওয়া ও রাখা: চুক্তির সঙ্গে মেলে না।',
    failed: 'নেওয়া হয়েছে, কিন্তু প্রয়োগ করা যায়নি: নিজে থেকেই আবার চেষ্টা হবে।',
    dead: 'বারো বার চেষ্টা করেও হয়নি।',
    ignored: 'যে ধরনের খবর কারও লাগে না; পরের সংস্করণ হয়তো চিনবে।',
    discarded: 'একজন সুপারভাইজার এগুলো বাদ দিয়েছেন।',
  },
  empty: { waiting: 'সিদ্ধান্তের অপেক্ষায় কিছু নেই', other: 'এই অবস্থায় কিছু নেই' },
  emptyHint: 'স্বাক্ষর বা ঠিকানার জন্য ফিরিয়ে দেওয়া ওয়েবহুক রাখা হয় না: লগ ও মেট্রিকে সেগুলোর হিসাব থাকে।',
  choose: (id) => `প্রাপ্তি ${id} বেছে নিন`,
  chosen: (count) => `${count}টি বাছা হয়েছে`,
  receipt: (id) => `প্রাপ্তি ${id}`,
  noEvent: 'কোনো ঘটনা নেই',
  from: (address, route) => `${address} থেকে, ${route} ঠিকানায়`,
  signed: (key) => `${key} কী দিয়ে স্বাক্ষরিত`,
  unsigned: 'স্বাক্ষর নেই',
  triedNext: (count, at) => `${count} বার আবার চেষ্টা হয়েছে। পরের বার ${at}।`,
  decided: (by, reason) => `${by}: ${reason}`,
  tryAgain: 'আবার চেষ্টা',
  discard: 'বাদ দিন',
  older: 'আরও পুরোনো',
  trial: 'যা বদলাবে',
  wouldApply: (call) => `${call}-এ প্রয়োগ হবে।`,
  wouldBeNew: 'একটি নতুন কল তৈরি হবে।',
  newCall: 'নতুন কল',
  results: {
    refused: 'এখনো চুক্তির সঙ্গে মেলে না।',
    settled: 'আগেই নিষ্পত্তি হয়েছে।',
  },
  nothingToApply: 'প্রয়োগ করার কিছু নেই। কিছু বদলায়নি।',
  apply: 'প্রয়োগ করুন',
  applySeveral: (count) => `${count}টি প্রয়োগ করুন`,
  applied: (count) => `প্রয়োগ হয়েছে: ${count}`,
  discardTitle: (count) => `${count}টি বাদ দেবেন?`,
  discardHow: 'পরে আর প্রয়োগ করা যাবে না। যা পাঠানো হয়েছিল তা আপনার কারণসহ কিছুদিন থাকবে।',
  reason: 'কারণ',
  discardNow: 'একেবারে বাদ দিন',
  keep: 'রেখে দিন',
  discarded: (count) => `বাদ দেওয়া হয়েছে: ${count}`,
  reasons: {
    WEBHOOK_INVALID: 'যা পাঠানো হয়েছে তা চুক্তির সঙ্গে মেলে না।',
    WEBHOOK_EVENT_MISMATCH: 'খবরটি অন্য খবরের ঠিকানায় এসেছে।',
    WEBHOOK_ID_REUSED: 'অন্য ডেলিভারির আইডি ভিন্ন লেখা নিয়ে আবার এসেছে।',
    RECORDING_AMBIGUOUS: 'রেকর্ডিংটি একাধিক কলের হতে পারে।',
    INTERNAL: 'সার্ভিস প্রয়োগ করতে পারেনি। এমন থাকলে সাপোর্টকে জানান।',
  },
};

export const inboxWords = wordsIn({ en, bn });

/** Why a receipt was set aside, by its code. */
export function wordsOfReason(code: string): string {
  const reasons: Partial<Record<string, string>> = inboxWords().reasons;
  return reasons[code] ?? code;
}
