import { wordsIn } from '../../../i18n/language.js';

const en = {
  title: 'Note and outcome',
  note: 'Note',
  noteHint: 'Saved while you type',
  outcome: 'Outcome',
  outcomes: {
    connected: 'Talked',
    order_placed: 'Ordered',
    callback: 'Wants a call back',
    price_issue: 'Price too high',
    no_answer: 'No answer',
    busy: 'Busy',
    unreachable: 'Not reachable',
    called: 'Other',
  },
  task: 'Write it to the task',
  noTask: 'No task: keep it with the call',
  isDone: 'The task is done',
  saving: 'Saving…',
  saved: (time: string) => `Saved ${time}`,
  kept: 'Not saved yet. It is kept in this tab and saved as soon as there is a connection.',
  next: 'Save and next',
  nextHint: 'Choose an outcome, then go on.',
  done: 'Saved.',
  more: (count: string) => `${count} more calls to finish`,
};

const bn: typeof en = {
  title: 'নোট ও ফলাফল',
  note: 'নোট',
  noteHint: 'লেখার সঙ্গে সঙ্গে রাখা হয়',
  outcome: 'ফলাফল',
  outcomes: {
    connected: 'কথা হয়েছে',
    order_placed: 'অর্ডার দিয়েছেন',
    callback: 'পরে কল চান',
    price_issue: 'দাম বেশি',
    no_answer: 'ধরেননি',
    busy: 'ব্যস্ত',
    unreachable: 'পাওয়া যায়নি',
    called: 'অন্য কিছু',
  },
  task: 'কাজে লিখুন',
  noTask: 'কাজ নেই: কলের সঙ্গে থাকুক',
  isDone: 'কাজটি শেষ',
  saving: 'রাখা হচ্ছে…',
  saved: (time) => `${time}-এ রাখা হয়েছে`,
  kept: 'এখনও রাখা হয়নি। এই ট্যাবে আছে; সংযোগ এলেই রাখা হবে।',
  next: 'রেখে পরেরটি',
  nextHint: 'একটি ফলাফল বেছে এগিয়ে যান।',
  done: 'রাখা হয়েছে।',
  more: (count) => `আরও ${count}টি কল শেষ করতে হবে`,
};

export const noteWords = wordsIn({ en, bn });
