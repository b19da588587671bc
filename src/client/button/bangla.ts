import type { Words } from './english.js';

/** A file of its own, which the button loads in a Bangla page. */
const BANGLA: Words = {
  call: 'কল করুন',
  idle: '',
  starting: 'কল হচ্ছে…',
  initiated: 'আপনার ফোন ধরুন',
  ringing: 'রিং হচ্ছে…',
  answered: 'কথা চলছে',
  completed: 'কল শেষ',
  failed: 'পাওয়া যায়নি',
  busy: 'লাইন ব্যস্ত',
  no_answer: 'কল ধরেননি',
  error: 'এখন কল করা যাচ্ছে না। আবার চেষ্টা করুন',
  unclear: 'আগে আপনার ফোন দেখুন',
  extension: 'আপনার কোনো এক্সটেনশন নেই',
  401: 'আবার সাইন ইন করুন',
  403: 'আপনার কল করার অনুমতি নেই',
  404: 'এটি আর নেই',
  422: 'এই নম্বরে কল করা যায় না',
  429: 'অনেক কল হয়েছে। একটু অপেক্ষা করুন',
};

export default BANGLA;
