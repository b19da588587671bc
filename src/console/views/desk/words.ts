import { wordsIn } from '../../i18n/language.js';

const en = {
  noCall: 'No call at the moment',
  noCallHint: 'A call that rings at your phone appears here by itself, with what is known of the customer.',
};

const bn: typeof en = {
  noCall: 'এই মুহূর্তে কোনো কল নেই',
  noCallHint: 'আপনার ফোনে কল এলে তা ক্রেতার তথ্যসহ নিজেই এখানে দেখা যাবে।',
};

export const deskWords = wordsIn({ en, bn });
