import { wordsIn } from './language.js';

const en = {
  inbound: 'Inbound',
  outbound: 'Outbound',
  initiated: 'Started',
  ringing: 'Ringing',
  answered: 'Answered',
  completed: 'Completed',
  failed: 'Failed',
  missed: 'Missed',
  abandoned: 'Given up',
  busy: 'Busy',
  no_answer: 'No answer',
  canceled: 'Canceled',
  answered_elsewhere: 'Answered elsewhere',
};

const bn: typeof en = {
  inbound: 'আসা কল',
  outbound: 'করা কল',
  initiated: 'শুরু',
  ringing: 'বাজছে',
  answered: 'ধরা হয়েছে',
  completed: 'সম্পন্ন',
  failed: 'হয়নি',
  missed: 'মিসড',
  abandoned: 'রেখে দিয়েছেন',
  busy: 'ব্যস্ত',
  no_answer: 'ধরেননি',
  canceled: 'বাতিল',
  answered_elsewhere: 'অন্য কলে ধরা হয়েছে',
};

const values = wordsIn<Readonly<Partial<Record<string, string>>>>({ en, bn });

/** @param value of a closed set: a status, a disposition or a direction; another one stays as it is */
export function wordOfCall(value: string): string {
  return values()[value] ?? value;
}
