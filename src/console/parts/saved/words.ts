import { wordsIn } from '../../i18n/language.js';

const en = {
  title: 'Saved views',
  none: 'Nothing is saved yet. Choose filters, give them a name, and find them here again in this browser.',
  name: 'Name for what is shown now',
  save: 'Save',
  remove: (name: string) => `Delete the saved view ${name}`,
};

const bn: typeof en = {
  title: 'সংরক্ষিত তালিকা',
  none: 'এখনো কিছু সংরক্ষণ করা হয়নি। ছাঁকনি বেছে একটি নাম দিন, এই ব্রাউজারে আবার এখানে পাবেন।',
  name: 'এখন যা দেখা যাচ্ছে তার নাম',
  save: 'সংরক্ষণ করুন',
  remove: (name) => `সংরক্ষিত তালিকা ${name} মুছুন`,
};

export const savedWords = wordsIn({ en, bn });
