/** The arrows of the house: who may know whom. docs/architecture.md draws them. */
const PURE =
  '^src/(common/(phone-number|dial-policy|wall-clock|cidr|source-address|request-id)|modules/telephony/(calls/(domain/.+|call-row)|bracknet/(bracknet-event|bracknet-mapper|payload-reader|bracknet-answer)|webhooks/(ingress/(webhook-signature|signature-profile|address-allowlist)|inbox/(delivery-id|webhook-body|batch-queue|webhook-delivery|receipts/(receipt-body|receipt-position))))|modules/crm/call-tasks/(task-moves|task-unit-of-work)|modules/health/readiness)(\\.ts$|[^.]*)';

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'pure-rules-know-no-framework',
      comment: 'Rules are plain functions: they can be read, proved and tested without a server.',
      severity: 'error',
      from: { path: PURE },
      to: { path: '^node_modules/(@nestjs|typeorm|fastify|pg)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'vendor-words-stay-in-bracknet',
      comment: 'Only telephony knows that the PBX is Bracknet.',
      severity: 'error',
      from: { pathNot: '^src/modules/telephony/' },
      to: { path: '^src/modules/telephony/bracknet/' },
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
      comment: 'Whoever does something counts it; what counts knows nobody.',
      severity: 'error',
      from: { path: '^src/modules/metrics/' },
      to: {
        path: '^src/modules/',
        pathNot: '^src/modules/(metrics|auth)/|^src/modules/telephony/calls/domain/call-event\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'common-knows-no-module',
      severity: 'error',
      from: { path: '^src/(common|config)/' },
      to: { path: '^src/modules/' },
    },
    {
      name: 'the-simulator-stands-alone',
      comment: 'It is the PBX, as far as the contract says; it must not share our mistakes.',
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: { path: '^src/', pathNot: '^src/simulator/' },
    },
    {
      name: 'nothing-knows-the-simulator',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/simulator/' },
      to: { path: '^src/simulator/' },
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
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-tools-at-run-time',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
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
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
