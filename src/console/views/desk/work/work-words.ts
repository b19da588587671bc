import { wordsIn } from '../../../i18n/language.js';

const en = {
  noCall: 'No call at the moment',
  noCallHint: 'A call that rings at your phone appears here by itself, with what is known of the customer.',
  missed: 'Missed customers',
  missedEmpty: 'Nobody waits to be called back',
  missedEmptyHint: 'Who calls and is not answered appears here, until somebody has talked to them.',
  tasks: 'My tasks for today',
  tasksEmpty: 'No tasks for today',
  tasksEmptyHint: 'Tasks that the CRM gives you for today appear here, urgent ones first.',
  call: 'Call',
  callBack: 'Call back',
  calling: 'Pick up your phone first. Then the customer is called.',
  priorities: { hot: 'urgent', warm: 'soon', cold: 'can wait' },
  reasons: {
    missed_call: 'Missed call',
    follow_up: 'Follow up',
    order_confirmation: 'Confirm an order',
    delivery: 'Delivery',
    feedback: 'Feedback',
    cart_abandoned: 'Cart left behind',
    abandoned_cart: 'Cart left behind',
    reorder: 'Order again',
  },
  task: 'Task',
  inProgress: 'begun',
  notes: 'Notes',
};

const bn: typeof en = {
  noCall: 'এই মুহূর্তে কোনো কল নেই',
  noCallHint: 'আপনার ফোনে কল এলে তা ক্রেতার তথ্যসহ নিজেই এখানে দেখা যাবে।',
  missed: 'যাঁদের কল ধরা হয়নি',
  missedEmpty: 'কেউ ফিরতি কলের অপেক্ষায় নেই',
  missedEmptyHint: 'কারও কল ধরা না হলে তিনি এখানে থাকেন, যতক্ষণ কেউ তাঁর সঙ্গে কথা না বলেন।',
  tasks: 'আজ আমার কাজ',
  tasksEmpty: 'আজ কোনো কাজ নেই',
  tasksEmptyHint: 'CRM আজকের জন্য যে কাজ দেয় তা এখানে থাকে, জরুরিগুলো আগে।',
  call: 'কল করুন',
  callBack: 'ফিরতি কল',
  calling: 'আগে নিজের ফোন তুলুন। তারপর ক্রেতাকে কল করা হবে।',
  priorities: { hot: 'জরুরি', warm: 'তাড়াতাড়ি', cold: 'পরে হলেও চলে' },
  reasons: {
    missed_call: 'মিসড কল',
    follow_up: 'খোঁজ নেওয়া',
    order_confirmation: 'অর্ডার নিশ্চিত করা',
    delivery: 'ডেলিভারি',
    feedback: 'মতামত',
    cart_abandoned: 'ফেলে রাখা কার্ট',
    abandoned_cart: 'ফেলে রাখা কার্ট',
    reorder: 'আবার অর্ডার',
  },
  task: 'কাজ',
  inProgress: 'শুরু হয়েছে',
  notes: 'নোট',
};

export const workWords = wordsIn({ en, bn });
