import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { lifecycle } from './suite.ts';

conformanceSuite(lifecycle);
