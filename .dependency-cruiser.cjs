/** The allowed dependencies between the parts of src; docs/architecture.md shows them as a diagram. */
const PURE = [
  'common/(call-id|extension|phone-number|number-in-text|incoming-number|pbx-address|host-rule|dial-policy|cidr|json-depth|time/(wall-clock|clock-skew)|http/source-address|http/request-id|http/list-position)\\.ts',
  'modules/telephony/calls/(domain/|call-row\\.ts)',
  'modules/telephony/bracknet/(bracknet-event|bracknet-mapper|payload-reader|field-values|recording-address|reported-time|bracknet-answer)\\.ts',
  'modules/telephony/webhooks/ingress/(webhook-signature|signature-profile|address-allowlist)\\.ts',
  'modules/telephony/webhooks/inbox/(delivery-id|webhook-body|batch-queue|webhook-delivery)\\.ts',
  'modules/telephony/webhooks/inbox/receipts/receipt-body\\.ts',
  'modules/telephony/webhooks/reprojection/(receipts-again|row-changes|reprojection-summary)\\.ts',
  'modules/telephony/life/life-answer\\.ts',
  'modules/agents/extensions/(assignment|import/extension-csv|timeline/extension-timeline)\\.ts',
  'modules/crm/call-tasks/(task-transitions|task-unit-of-work)\\.ts',
  'modules/health/readiness\\.ts',
  'modules/exports/(cells|csv|export-order)\\.ts',
  'modules/recordings/(pbx/address-policy|copies/(audio-type|fetch-schedule)|playback/byte-range)\\.ts',
  'modules/change-feed/(change|gathered-changes|change-message)\\.ts',
].map((path) => `^src/${path}`);

const TELEPHONY = '^src/modules/telephony/';

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Type-only imports count too: a cycle of types makes both files hard to read and to move.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-rules-know-no-framework',
      comment: 'These files hold plain functions that are tested without a server or a database.',
      severity: 'error',
      from: { path: PURE },
      to: { path: '^node_modules/(@nestjs|typeorm|fastify|pg)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'vendor-words-stay-in-telephony',
      comment: 'Only the telephony module depends on the PBX vendor.',
      severity: 'error',
      from: { pathNot: TELEPHONY },
      to: { path: `${TELEPHONY}bracknet/` },
    },
    {
      name: 'calls-know-no-vendor-and-no-webhook',
      comment: 'Dependencies point from webhooks to bracknet to calls, whose ports the other two implement.',
      severity: 'error',
      from: { path: `${TELEPHONY}calls/` },
      to: { path: TELEPHONY, pathNot: `${TELEPHONY}calls/` },
    },
    {
      name: 'bracknet-knows-calls-alone',
      severity: 'error',
      from: { path: `${TELEPHONY}bracknet/` },
      to: { path: TELEPHONY, pathNot: `${TELEPHONY}(bracknet|calls)/` },
    },
    {
      name: 'webhooks-know-no-route',
      comment: 'The controllers and the service of telephony depend on webhooks, never the other way round.',
      severity: 'error',
      from: { path: `${TELEPHONY}webhooks/` },
      to: { path: `${TELEPHONY}(dto/|[^/]+\\.ts$)` },
    },
    {
      name: 'a-domain-knows-its-own-folder',
      comment: 'Domain rules may use the type of the call entity, but no service, repository or port.',
      severity: 'error',
      from: { path: `${TELEPHONY}calls/domain/` },
      to: { path: `${TELEPHONY}calls/`, pathNot: `${TELEPHONY}calls/(domain/|call\\.entity\\.ts$)` },
    },
    {
      name: 'telephony-writes-tasks-through-their-service',
      severity: 'error',
      from: { path: '^src/modules/telephony/' },
      to: { path: '^src/modules/crm/', pathNot: '\\.(service|module)\\.ts$' },
    },
    {
      name: 'crm-knows-no-inside-of-telephony',
      severity: 'error',
      from: { path: '^src/modules/crm/' },
      to: { path: '^src/modules/telephony/', pathNot: '^src/modules/telephony/telephony\\.module\\.ts$' },
    },
    {
      name: 'metrics-know-only-words-of-telephony',
      comment: 'Other modules report to metrics; metrics import none of them.',
      severity: 'error',
      from: { path: '^src/modules/metrics/' },
      to: {
        path: '^src/modules/',
        pathNot: '^src/modules/(metrics|auth)/|^src/modules/telephony/calls/domain/call-event\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-change-feed-knows-no-writer',
      comment: 'Other modules announce what they have changed; the feed imports none of them.',
      severity: 'error',
      from: { path: '^src/modules/change-feed/' },
      to: { path: '^src/modules/', pathNot: '^src/modules/(change-feed|metrics)/' },
    },
    {
      name: 'audit-knows-no-act',
      comment: 'Other modules record their acts; the audit imports none of them.',
      severity: 'error',
      from: { path: '^src/modules/audit/' },
      to: { path: '^src/modules/', pathNot: '^src/modules/(audit|auth)/' },
    },
    {
      name: 'revocations-know-users-alone',
      comment: 'They implement a port of auth, and record what supervisors do.',
      severity: 'error',
      from: { path: '^src/modules/revocations/' },
      to: { path: '^src/modules/', pathNot: '^src/modules/(revocations|auth|audit|change-feed)/' },
    },
    {
      name: 'extensions-know-no-call',
      comment: 'Calls stamp on their events who held an extension; who holds one does not depend on calls.',
      severity: 'error',
      from: { path: '^src/modules/agents/extensions/' },
      to: { path: '^src/modules/', pathNot: '^src/modules/(agents/extensions|auth|audit|change-feed)/' },
    },
    {
      name: 'presence-knows-no-call',
      comment: 'It hears by the change feed that calls changed.',
      severity: 'error',
      from: { path: '^src/modules/agents/presence/' },
      to: { path: '^src/modules/', pathNot: '^src/modules/(agents|auth|change-feed)/' },
    },
    {
      name: 'realtime-reads-calls-and-changes-none',
      comment:
        'It shows what others have committed: of telephony it knows the row and its reports, who may see it, and its shape.',
      severity: 'error',
      from: { path: '^src/modules/realtime/' },
      to: {
        path: TELEPHONY,
        pathNot: `${TELEPHONY}calls/(call\\.entity|domain/call-(access|vocabulary)|domain/facts/call-facts|dto/call\\.dto)\\.ts$`,
      },
    },
    {
      name: 'nothing-knows-realtime',
      comment: 'Whoever has changed something announces it to the change feed.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app\\.(module|setup)\\.ts|modules/realtime/)' },
      to: { path: '^src/modules/realtime/' },
    },
    {
      name: 'recordings-read-calls-and-change-none',
      comment:
        'Which recordings a call has is written with the call. Of telephony they know its row and who may see it.',
      severity: 'error',
      from: { path: '^src/modules/recordings/' },
      to: {
        path: TELEPHONY,
        pathNot: `${TELEPHONY}calls/(call\\.(entity|repository)|log/call-log\\.service|calls\\.module|playback-links|domain/call-access)\\.ts$`,
      },
    },
    {
      name: 'nothing-knows-recordings',
      comment: 'Calls define the port that recordings implement.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(app\\.module|database/data-source)\\.ts$|^src/modules/recordings/',
      },
      to: { path: '^src/modules/recordings/' },
    },
    {
      name: 'exports-read-what-lists-show',
      comment: 'Of telephony and of tasks they know the rows, and how the lists filter them.',
      severity: 'error',
      from: { path: '^src/modules/exports/' },
      to: {
        path: '^src/modules/',
        pathNot:
          '^src/modules/(exports|auth|audit)/|^src/modules/crm/call-tasks/call-task(\\.(dto|entity|repository)|s\\.module)\\.ts$|^src/modules/telephony/calls/(log/|dto/call\\.dto|call\\.(entity|repository)|calls\\.module)',
      },
    },
    {
      name: 'nothing-knows-exports',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app\\.module\\.ts$|modules/exports/)' },
      to: { path: '^src/modules/exports/' },
    },
    {
      name: 'common-knows-no-module',
      severity: 'error',
      from: { path: '^src/(common|config)/' },
      to: { path: '^src/modules/' },
    },
    {
      name: 'the-simulator-stands-alone',
      comment:
        'The simulator implements the contract on its own, so that it does not share errors with the service.',
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: { path: '^src/', pathNot: '^src/simulator/' },
    },
    {
      name: 'nothing-knows-the-simulator',
      comment: 'Scenarios of development are those of the simulator.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(simulator|modules/development)/' },
      to: { path: '^src/simulator/' },
    },
    {
      name: 'nothing-knows-development',
      comment: 'It is not there in production.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app\\.module\\.ts$|modules/development/)' },
      to: { path: '^src/modules/development/' },
    },
    {
      name: 'the-client-stands-alone',
      comment: 'It runs in browsers: of npm it has socket.io-client alone.',
      severity: 'error',
      from: { path: '^src/client/', pathNot: '/vite\\.config\\.js$' },
      to: { path: '.', pathNot: '^src/client/|^node_modules/socket\\.io-client/' },
    },
    {
      name: 'the-console-knows-the-client-alone',
      comment:
        'Pages for browsers: of the service they know what the client knows, and its routes by their paths.',
      severity: 'error',
      from: { path: '^src/console/', pathNot: '^src/console/(vite\\.config\\.js$|build/)' },
      to: { path: '^src/', pathNot: '^src/(console|client)/' },
    },
    {
      name: 'nothing-knows-the-console',
      comment: 'It is built apart; the service serves its files.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/console/' },
      to: { path: '^src/console/' },
    },
    {
      name: 'a-view-knows-no-other-view',
      comment: 'What two views share stands beside the views.',
      severity: 'error',
      from: { path: '^src/console/views/([^/]+)/' },
      to: { path: '^src/console/views/', pathNot: '^src/console/views/$1/' },
    },
    {
      name: 'environment-is-read-in-config',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|config/|cli/)' },
      to: { path: '^src/config/(validate-environment|environment|environment-rules)\\.ts$' },
    },
    {
      name: 'source-knows-no-tests',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|^src/console/(build/build-changed\\.js|styles/|icons/)' },
      to: {},
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-tools-at-run-time',
      severity: 'error',
      // Of the console nothing but the files that were built is there at run time.
      from: { path: '^(src|migrations)/', pathNot: '/vite\\.config\\.js$|^src/console/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
