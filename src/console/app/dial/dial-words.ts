import { wordsIn } from '../../i18n/language.js';

const en = {
  open: 'Call a number',
  title: 'Call a number',
  number: 'Telephone number',
  hint: '01XXXXXXXXX, or + and the country code',
  call: 'Call',
  calling: (number: string) => `Calling ${number}. Pick up your phone first.`,
  recent: 'My last calls',
};

const bn: typeof en = {
  open: 'নম্বরে কল করুন',
  title: 'নম্বরে কল করুন',
  number: 'টেলিফোন নম্বর',
  hint: '01XXXXXXXXX, অথবা + ও দেশের কোড',
  call: 'কল করুন',
  calling: (number) => `${number} নম্বরে কল যাচ্ছে। আগে নিজের ফোন তুলুন।`,
  recent: 'আমার শেষ কলগুলো',
};

export const dialWords = wordsIn({ en, bn });
