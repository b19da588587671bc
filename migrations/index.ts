import { RecordFormerShape1795305600000 } from './1795305600000-RecordFormerShape.js';
import { CreateCrmTables1795305660000 } from './1795305660000-CreateCrmTables.js';
import { CreateCalls1795305720000 } from './1795305720000-CreateCalls.js';
import { NameCallConstraints1795305780000 } from './1795305780000-NameCallConstraints.js';
import { StoreCallTimesWithZone1795305840000 } from './1795305840000-StoreCallTimesWithZone.js';
import { AddCallColumns1795305900000 } from './1795305900000-AddCallColumns.js';
import { MergeDuplicateCalls1795305960000 } from './1795305960000-MergeDuplicateCalls.js';
import { AddCustomerNumber1795306020000 } from './1795306020000-AddCustomerNumber.js';
import { IndexCalls1795306080000 } from './1795306080000-IndexCalls.js';
import { CreateWebhookReceipts1795306140000 } from './1795306140000-CreateWebhookReceipts.js';
import { KeepOnePendingMissedCallTask1795306200000 } from './1795306200000-KeepOnePendingMissedCallTask.js';
import { FindCustomersByPhone1795306260000 } from './1795306260000-FindCustomersByPhone.js';
import { DateEveryCall1795306320000 } from './1795306320000-DateEveryCall.js';
import { CreateStartKeys1795306380000 } from './1795306380000-CreateStartKeys.js';
import { KeepWhatCouldNotBeApplied1795306440000 } from './1795306440000-KeepWhatCouldNotBeApplied.js';
import { KeepCustomerLookUpsQuick1795306500000 } from './1795306500000-KeepCustomerLookUpsQuick.js';
import { IndexWhatCallsHave1795306560000 } from './1795306560000-IndexWhatCallsHave.js';
import { FindReceiptsByTheirTime1795306620000 } from './1795306620000-FindReceiptsByTheirTime.js';
import { FindMissesByTheirTask1795306680000 } from './1795306680000-FindMissesByTheirTask.js';
import { NameIgnoredFields1795306740000 } from './1795306740000-NameIgnoredFields.js';
import { FindOldestCustomersByPhone1795306800000 } from './1795306800000-FindOldestCustomersByPhone.js';
import { FindTasksByPhone1795306810000 } from './1795306810000-FindTasksByPhone.js';
import { AcceptEveryOutcome1795306820000 } from './1795306820000-AcceptEveryOutcome.js';
import { CompleteRowsOfTheCrm1795306900000 } from './1795306900000-CompleteRowsOfTheCrm.js';
import { LinkCallsToCustomers1795306910000 } from './1795306910000-LinkCallsToCustomers.js';
import { LetCallIdsComeAgain1795307000000 } from './1795307000000-LetCallIdsComeAgain.js';
import { FindOpenCallsOfAgents1795307010000 } from './1795307010000-FindOpenCallsOfAgents.js';
import { CreateAudit1795307100000 } from './1795307100000-CreateAudit.js';
import { FindCallsWhateverTheCaseOfTheirId1795307130000 } from './1795307130000-FindCallsWhateverTheCaseOfTheirId.js';
import { CountStartsOfAgents1795307140000 } from './1795307140000-CountStartsOfAgents.js';
import { RevokeUsers1795307150000 } from './1795307150000-RevokeUsers.js';
import { KeepDigestsOfErasedReceipts1795307160000 } from './1795307160000-KeepDigestsOfErasedReceipts.js';
import { KeepWhoHoldsExtensions1795307300000 } from './1795307300000-KeepWhoHoldsExtensions.js';
import { StampUsersOnCalls1795307310000 } from './1795307310000-StampUsersOnCalls.js';
import { KeepPresence1795307320000 } from './1795307320000-KeepPresence.js';
import { RememberCallerChoices1795307400000 } from './1795307400000-RememberCallerChoices.js';
import { FindOverdueTasks1795307500000 } from './1795307500000-FindOverdueTasks.js';
import { CountOpenTasksOfAgents1795307510000 } from './1795307510000-CountOpenTasksOfAgents.js';
import { LetChoicesOfNoneLapse1795307600000 } from './1795307600000-LetChoicesOfNoneLapse.js';
import { KeepRecordings1795307700000 } from './1795307700000-KeepRecordings.js';
import { KeepNotesOfCalls1795307710000 } from './1795307710000-KeepNotesOfCalls.js';
import { FindCallsByWhatTheLogShows1795307800000 } from './1795307800000-FindCallsByWhatTheLogShows.js';
import { FindTalksOfCallers1795307850000 } from './1795307850000-FindTalksOfCallers.js';
import { KeepDailyFigures1795307900000 } from './1795307900000-KeepDailyFigures.js';
import { FindPresenceOfUsers1795308000000 } from './1795308000000-FindPresenceOfUsers.js';
import { KeepDetailsOfActs1795308100000 } from './1795308100000-KeepDetailsOfActs.js';
import { CountStartsByOneIndex1795308200000 } from './1795308200000-CountStartsByOneIndex.js';

/**
 * In the order in which they run. They require `migrationsTransactionMode: 'each'`: AddCustomerNumber and
 * LinkCallsToCustomers run without a transaction, so that they do not lock all calls at once.
 */
export const migrations = [
  RecordFormerShape1795305600000,
  CreateCrmTables1795305660000,
  CreateCalls1795305720000,
  NameCallConstraints1795305780000,
  StoreCallTimesWithZone1795305840000,
  AddCallColumns1795305900000,
  MergeDuplicateCalls1795305960000,
  AddCustomerNumber1795306020000,
  IndexCalls1795306080000,
  CreateWebhookReceipts1795306140000,
  KeepOnePendingMissedCallTask1795306200000,
  FindCustomersByPhone1795306260000,
  DateEveryCall1795306320000,
  CreateStartKeys1795306380000,
  KeepWhatCouldNotBeApplied1795306440000,
  KeepCustomerLookUpsQuick1795306500000,
  IndexWhatCallsHave1795306560000,
  FindReceiptsByTheirTime1795306620000,
  FindMissesByTheirTask1795306680000,
  NameIgnoredFields1795306740000,
  FindOldestCustomersByPhone1795306800000,
  FindTasksByPhone1795306810000,
  AcceptEveryOutcome1795306820000,
  CompleteRowsOfTheCrm1795306900000,
  LinkCallsToCustomers1795306910000,
  LetCallIdsComeAgain1795307000000,
  FindOpenCallsOfAgents1795307010000,
  CreateAudit1795307100000,
  FindCallsWhateverTheCaseOfTheirId1795307130000,
  CountStartsOfAgents1795307140000,
  RevokeUsers1795307150000,
  KeepDigestsOfErasedReceipts1795307160000,
  KeepWhoHoldsExtensions1795307300000,
  StampUsersOnCalls1795307310000,
  KeepPresence1795307320000,
  RememberCallerChoices1795307400000,
  FindOverdueTasks1795307500000,
  CountOpenTasksOfAgents1795307510000,
  LetChoicesOfNoneLapse1795307600000,
  KeepRecordings1795307700000,
  KeepNotesOfCalls1795307710000,
  FindCallsByWhatTheLogShows1795307800000,
  FindTalksOfCallers1795307850000,
  KeepDailyFigures1795307900000,
  FindPresenceOfUsers1795308000000,
  KeepDetailsOfActs1795308100000,
  CountStartsByOneIndex1795308200000,
];
