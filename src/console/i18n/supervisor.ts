import { wordsIn } from './language.js';

/** Titles of the views of supervisors, and what several of them say. */
const en = {
  inbox: 'Receipts',
  extensions: 'Extensions',
  audit: 'Audit',
  lifeOf: (id: number) => `Call ${id}`,
  nobody: 'Nobody',
  user: (id: number) => `User ${id}`,
  unsaved: 'Not kept any more',
  bytes: {
    title: 'What was sent',
    masked: 'Telephone numbers are masked.',
    exact: 'Show everything exactly',
    exactHint: 'When they are shown in full, it is recorded that you looked.',
    text: 'Text',
    hex: 'Bytes',
    empty: 'The body is empty.',
    cut: (count: string) => `The first ${count} bytes are shown.`,
  },
  states: {
    applied: 'Applied',
    ignored: 'Ignored',
    quarantined: 'Quarantined',
    failed: 'Failed',
    dead: 'Given up',
    discarded: 'Discarded',
  },
};

const bn: typeof en = {
  inbox: 'প্রাপ্তি',
  extensions: 'এক্সটেনশন',
  audit: 'নিরীক্ষা',
  lifeOf: (id) => `কল ${id}`,
  nobody: 'কেউ নেই',
  user: (id) => `ব্যবহারকারী ${id}`,
  unsaved: 'আর রাখা নেই',
  bytes: {
    title: 'যা পাঠানো হয়েছে',
    masked: 'টেলিফোন নম্বর আড়াল করা।',
    exact: 'সবকিছু হুবহু দেখান',
    exactHint: 'পুরোটা দেখালে, আপনি যে দেখেছেন তা লেখা থাকবে।',
    text: 'লেখা',
    hex: 'বাইট',
    empty: 'ভেতরে কিছু নেই।',
    cut: (count) => `প্রথম ${count} বাইট দেখানো হলো।`,
  },
  states: {
    applied: 'প্রয়োগ হয়েছে',
    ignored: 'উপেক্ষিত',
    quarantined: 'আলাদা রাখা',
    failed: 'ব্যর্থ',
    dead: 'চেষ্টা শেষ',
    discarded: 'বাতিল',
  },
};

export const supervisorWords = wordsIn({ en, bn });
