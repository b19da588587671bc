import { formatCount, formatNumber } from '../../i18n/format.js';
import { wordsIn } from '../../i18n/language.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import type { Period } from './types.js';

const en = {
  search: 'Extension or label',
  add: 'Add an extension',
  import: 'Import a list',
  table: 'Who sits where',
  none: 'No extension is known yet',
  noneHint:
    'Add one, or import a list. An agent whose extension is not known here hears no ring in the console.',
  noneFound: 'Nothing matches',
  extension: 'Extension',
  holder: 'Who',
  label: 'Label',
  acts: 'Change',
  kind: 'What it is',
  kinds: { agent: 'Telephone', group: 'Group', queue: 'Queue', unattended: 'Machine' },
  primary: 'first phone',
  claimable: 'may be taken',
  change: 'Change',
  changeTitle: (extension: string) => `Extension ${extension}`,
  release: 'Release',
  releaseTitle: (extension: string) => `Release extension ${extension}?`,
  releaseHow: (user: string) =>
    `${user} no longer hears its calls, from now on. Former calls stay with who had them.`,
  released: (extension: string) => `Extension ${extension} is free.`,
  keep: 'Keep',
  history: 'History',
  historyTitle: (extension: string) => `History of extension ${extension}`,
  noHistory: 'It was never assigned',
  untilNow: 'now',
  unassigned: 'Ring, and nobody holds them',
  unassignedHint:
    'Calls of the last 30 days name these extensions, and no user is assigned to them: such calls count for nobody. They ring only at who has the extension in the token.',
  seen: (calls: number, last: string) =>
    `${formatCount(calls, { one: '# call', other: '# calls' })}, the last ${last}`,
  assign: 'Assign',
  userId: 'User of the CRM (number)',
  userHint: 'Empty: nobody.',
  members: 'Users of the CRM (numbers)',
  membersHint: 'Separated by commas.',
  phones: 'Telephones that ring with it',
  phonesHint: 'Extensions, separated by commas.',
  mayClaim: 'An agent may sit down here and take it',
  save: 'Save',
  saved: (extension: string) => `Extension ${extension} is saved.`,
  importHow:
    'A line of names, then a line for each extension: extension, userId, kind, members, memberExtensions, label, claimable, isPrimary. Several members are separated by |.',
  file: 'File (CSV)',
  list: 'List',
  try: 'Try it',
  enter: 'Enter the list',
  tried: (created: string, changed: string, unchanged: string) =>
    `Nothing is entered yet. New: ${created}. Changed: ${changed}. As they are: ${unchanged}.`,
  problems: 'These lines are wrong. Correct them and try again.',
  line: (line: string) => `Line ${line}:`,
  imported: (created: string, changed: string) => `Entered. New: ${created}. Changed: ${changed}.`,
  before: 'Before',
  after: 'Next',
};

const bn: typeof en = {
  search: 'এক্সটেনশন বা নাম',
  add: 'এক্সটেনশন যোগ করুন',
  import: 'তালিকা আনুন',
  table: 'কে কোথায় বসেন',
  none: 'এখনো কোনো এক্সটেনশন জানা নেই',
  noneHint: 'একটি যোগ করুন, বা তালিকা আনুন। যাঁর এক্সটেনশন এখানে জানা নেই, তাঁর কনসোলে কল বাজে না।',
  noneFound: 'কিছু মেলেনি',
  extension: 'এক্সটেনশন',
  holder: 'কে',
  label: 'নাম',
  acts: 'বদলান',
  kind: 'এটি কী',
  kinds: { agent: 'টেলিফোন', group: 'গ্রুপ', queue: 'কিউ', unattended: 'যন্ত্র' },
  primary: 'প্রথম ফোন',
  claimable: 'নিজে নেওয়া যায়',
  change: 'বদলান',
  changeTitle: (extension) => `এক্সটেনশন ${extension}`,
  release: 'ছাড়িয়ে নিন',
  releaseTitle: (extension) => `এক্সটেনশন ${extension} ছাড়িয়ে নেবেন?`,
  releaseHow: (user) => `এখন থেকে ${user} এর কল পাবেন না। আগের কল যাঁর ছিল তাঁরই থাকবে।`,
  released: (extension) => `এক্সটেনশন ${extension} এখন কারও নয়।`,
  keep: 'রেখে দিন',
  history: 'ইতিহাস',
  historyTitle: (extension) => `এক্সটেনশন ${extension}-এর ইতিহাস`,
  noHistory: 'কখনো কাউকে দেওয়া হয়নি',
  untilNow: 'এখন',
  unassigned: 'বাজে, কিন্তু কারও নয়',
  unassignedHint:
    'গত ৩০ দিনের কলে এই এক্সটেনশনগুলো আছে, কিন্তু কাউকে দেওয়া নেই: কলগুলো কারও হিসাবে যায় না। বাজে শুধু তাঁর কাছে, যাঁর টোকেনে এক্সটেনশনটি আছে।',
  seen: (calls, last) => `${formatNumber(calls)}টি কল, শেষটি ${last}`,
  assign: 'কাউকে দিন',
  userId: 'CRM-এর ব্যবহারকারী (নম্বর)',
  userHint: 'খালি রাখলে: কেউ নয়।',
  members: 'CRM-এর ব্যবহারকারীরা (নম্বর)',
  membersHint: 'কমা দিয়ে আলাদা করুন।',
  phones: 'যেসব টেলিফোন একসঙ্গে বাজে',
  phonesHint: 'এক্সটেনশন, কমা দিয়ে আলাদা করুন।',
  mayClaim: 'এজেন্ট এখানে বসে নিজে নিতে পারবেন',
  save: 'সংরক্ষণ করুন',
  saved: (extension) => `এক্সটেনশন ${extension} সংরক্ষণ হয়েছে।`,
  importHow:
    'প্রথম লাইনে ঘরের নাম, পরে প্রতি এক্সটেনশনের একটি লাইন: extension, userId, kind, members, memberExtensions, label, claimable, isPrimary। একাধিক সদস্য | দিয়ে আলাদা।',
  file: 'ফাইল (CSV)',
  list: 'তালিকা',
  try: 'যাচাই করুন',
  enter: 'তালিকা বসান',
  tried: (created, changed, unchanged) =>
    `এখনো কিছু বসানো হয়নি। নতুন: ${created}। বদলাবে: ${changed}। যেমন আছে: ${unchanged}।`,
  problems: 'এই লাইনগুলো ভুল। ঠিক করে আবার যাচাই করুন।',
  line: (line) => `লাইন ${line}:`,
  imported: (created, changed) => `বসানো হয়েছে। নতুন: ${created}। বদলেছে: ${changed}।`,
  before: 'আগের',
  after: 'পরের',
};

export const deskWords = wordsIn({ en, bn });

/** Who is reached at it, in words. */
export function holderIn({
  kind,
  userId,
  members,
  memberExtensions,
}: Pick<Period, 'kind' | 'userId' | 'members' | 'memberExtensions'>): string {
  const { nobody, user } = supervisorWords();
  if (kind === 'agent') return userId === null ? nobody : user(userId);
  if (kind === 'unattended') return '–';
  const all = [...members.map((member) => user(member)), ...memberExtensions];
  return all.length === 0 ? nobody : all.join(', ');
}
