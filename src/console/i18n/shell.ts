import { errorsBn } from './errors.bn.js';
import { errorsEn } from './errors.en.js';
import { wordsIn } from './language.js';

const en = {
  name: 'TrustCart Telephony',
  language: 'Language',
  skipToContent: 'Skip to the content',
  views: 'Views',
  desk: 'My desk',
  calls: 'Calls',
  wallboard: 'Wallboard',
  reports: 'Reports',
  incoming: 'Incoming call',
  incomingOf: (who: string) => `Incoming call: ${who}. F6 goes to the call.`,
  openCall: 'Show the call',
  withheld: 'Number withheld',
  connection: {
    connecting: 'Connecting…',
    live: 'Connected',
    stale: 'No connection',
    refused: 'Signed out',
    closed: 'Closed',
  },
  staleSince: (time: string) =>
    `No connection. What you see is as of ${time}. The page connects again by itself.`,
  extension: (extension: string) => `Phone ${extension}`,
  noExtension: 'No phone',
  noPhoneToCall:
    'You have no telephone, so no call can be placed for you. A supervisor assigns one under Extensions.',
  noExtensionHint: 'No telephone is assigned to you: calls will not ring here. Ask your supervisor.',
  status: 'My status',
  statuses: { online: 'Available', on_call: 'On a call', break: 'Break', offline: 'Offline' },
  reasons: { lunch: 'Lunch', prayer: 'Prayer', tea: 'Tea', meeting: 'Meeting', training: 'Training' },
  setOnline: 'Available for calls',
  setOffline: 'Go offline',
  takeBreak: 'Take a break',
  sound: {
    menu: 'Ring',
    test: 'Test the ring',
    blocked: 'Sound is blocked',
    unblock: 'The browser blocks the ring until you click here.',
    on: 'The ring sounds here',
    otherTab: 'Another tab rings',
    notify: 'Allow notifications',
    notifyOn: 'Notifications are on',
    notifyOff: 'Notifications are blocked in the settings of the browser.',
  },
  signIn: {
    title: 'Sign in',
    how: 'Sign in to the CRM in this browser. This page notices by itself.',
    ended: 'Your session has ended',
    endedHow: 'Sign in to the CRM in another tab. Nothing that you have typed is lost.',
    paste: 'I have a token',
    token: 'Token',
    go: 'Continue',
  },
  recordings: {
    part: (part: string) => `Recording ${part}`,
    gone: 'The recording cannot be heard, or not yet.',
  },
  loading: 'Loading…',
  retry: 'Try again',
  close: 'Close',
  cancel: 'Cancel',
  requestId: 'Number for support',
  copy: 'Copy',
  copied: 'Copied',
  needsConnection: 'Not possible without a connection',
  needsSignIn: 'Sign in first',
  viewFailed: 'This page could not be loaded.',
  viewBroken: 'This page could not be shown. Try again, or choose another one above.',
  errors: errorsEn,
};

type Words = typeof en;

const bn: Words = {
  name: 'TrustCart Telephony',
  language: 'ভাষা',
  skipToContent: 'মূল অংশে যান',
  views: 'পাতা',
  desk: 'আমার ডেস্ক',
  calls: 'কল',
  wallboard: 'বোর্ড',
  reports: 'প্রতিবেদন',
  incoming: 'কল আসছে',
  incomingOf: (who) => `কল আসছে: ${who}। F6 চাপলে কলে যাবেন।`,
  openCall: 'কলটি দেখুন',
  withheld: 'নম্বর গোপন',
  connection: {
    connecting: 'সংযোগ হচ্ছে…',
    live: 'সংযুক্ত',
    stale: 'সংযোগ নেই',
    refused: 'সাইন আউট',
    closed: 'বন্ধ',
  },
  staleSince: (time) => `সংযোগ নেই। যা দেখছেন তা ${time} সময়ের। পাতাটি নিজেই আবার সংযুক্ত হবে।`,
  extension: (extension) => `ফোন ${extension}`,
  noExtension: 'ফোন নেই',
  noPhoneToCall:
    'আপনার নামে কোনো টেলিফোন নেই, তাই কল করা যাবে না। সুপারভাইজার এক্সটেনশন পাতায় একটি দিতে পারেন।',
  noExtensionHint: 'আপনার নামে কোনো টেলিফোন নেই: এখানে কল বাজবে না। সুপারভাইজারকে জানান।',
  status: 'আমার অবস্থা',
  statuses: { online: 'প্রস্তুত', on_call: 'কলে আছি', break: 'বিরতি', offline: 'অফলাইন' },
  reasons: { lunch: 'দুপুরের খাবার', prayer: 'নামাজ', tea: 'চা', meeting: 'মিটিং', training: 'প্রশিক্ষণ' },
  setOnline: 'কলের জন্য প্রস্তুত',
  setOffline: 'অফলাইন হই',
  takeBreak: 'বিরতি নিই',
  sound: {
    menu: 'রিং',
    test: 'রিং বাজিয়ে দেখুন',
    blocked: 'শব্দ বন্ধ আছে',
    unblock: 'এখানে ক্লিক না করা পর্যন্ত ব্রাউজার রিং বাজাবে না।',
    on: 'রিং এখানে বাজবে',
    otherTab: 'অন্য ট্যাবে বাজবে',
    notify: 'নোটিফিকেশন চালু করুন',
    notifyOn: 'নোটিফিকেশন চালু আছে',
    notifyOff: 'ব্রাউজারের সেটিংসে নোটিফিকেশন বন্ধ আছে।',
  },
  signIn: {
    title: 'সাইন ইন',
    how: 'এই ব্রাউজারে CRM-এ সাইন ইন করুন। পাতাটি নিজেই বুঝে নেবে।',
    ended: 'আপনার সেশন শেষ হয়েছে',
    endedHow: 'অন্য ট্যাবে CRM-এ সাইন ইন করুন। যা লিখেছেন তার কিছুই হারাবে না।',
    paste: 'আমার কাছে টোকেন আছে',
    token: 'টোকেন',
    go: 'এগিয়ে যান',
  },
  recordings: {
    part: (part) => `রেকর্ডিং ${part}`,
    gone: 'রেকর্ডিং শোনা যাচ্ছে না, অথবা এখনো আসেনি।',
  },
  loading: 'আসছে…',
  retry: 'আবার চেষ্টা করুন',
  close: 'বন্ধ করুন',
  cancel: 'বাতিল',
  requestId: 'সাপোর্টের জন্য নম্বর',
  copy: 'কপি',
  copied: 'কপি হয়েছে',
  needsConnection: 'সংযোগ ছাড়া সম্ভব নয়',
  needsSignIn: 'আগে সাইন ইন করুন',
  viewFailed: 'পাতাটি আনা গেল না।',
  viewBroken: 'পাতাটি দেখানো গেল না। আবার চেষ্টা করুন, অথবা উপরে অন্য পাতা বেছে নিন।',
  errors: errorsBn,
};

/** Words of what all views share. A view has its own beside it. */
export const shell = wordsIn({ en, bn });

/** What to do about an error, by its code. */
export function wordsOfError(code: string): string {
  const words: Partial<Record<string, string>> = shell().errors;
  return words[code] ?? shell().errors.other;
}
