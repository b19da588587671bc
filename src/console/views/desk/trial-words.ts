import { wordsIn } from '../../i18n/language.js';

const en = {
  title: 'Try it without a telephone system',
  how: 'A made-up customer calls you. The simulated telephone answers by itself after ten seconds and ends the call after twenty more, with a recording. Meanwhile a second customer calls and gives up: that leaves a task. It takes a minute.',
  go: 'Let a customer call',
  others: 'Other calls',
  scenarios: {
    answered: 'Answered and recorded',
    missed: 'Gives up: a missed call',
    transferred: 'Handed on to a colleague',
    busy: 'Your call meets a busy line',
    unknown: 'Unknown number',
    withheld: 'Number withheld',
  },
  calls: (extension: string) => `A customer calls phone ${extension}.`,
  refused: (status: number | null) =>
    `The service refused its own webhook (${status ?? 'no answer'}). Look at BRACKNET_WEBHOOK_ALLOWED_IPS.`,
};

const bn: typeof en = {
  title: 'টেলিফোন ব্যবস্থা ছাড়াই দেখে নিন',
  how: 'একজন কাল্পনিক ক্রেতা আপনাকে কল করবেন। নকল টেলিফোন দশ সেকেন্ড পরে নিজেই ধরবে, আরও বিশ সেকেন্ড পরে কল শেষ হবে, রেকর্ডিংসহ। এর মধ্যে আরেকজন কল করে রেখে দেবেন: তাঁর জন্য একটি কাজ তৈরি হবে। সময় লাগে এক মিনিট।',
  go: 'একজন ক্রেতাকে কল করতে দিন',
  others: 'অন্য রকম কল',
  scenarios: {
    answered: 'ধরা হলো, রেকর্ডিংসহ',
    missed: 'রেখে দিলেন: মিসড কল',
    transferred: 'সহকর্মীকে দেওয়া হলো',
    busy: 'আপনার কলে লাইন ব্যস্ত',
    unknown: 'অচেনা নম্বর',
    withheld: 'নম্বর গোপন',
  },
  calls: (extension) => `একজন ক্রেতা ${extension} ফোনে কল করছেন।`,
  refused: (status) =>
    `সার্ভিস নিজের ওয়েবহুক নেয়নি (${status ?? 'উত্তর নেই'})। BRACKNET_WEBHOOK_ALLOWED_IPS দেখুন।`,
};

export const trialWords = wordsIn({ en, bn });
