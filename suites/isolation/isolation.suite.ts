import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { isolation } from './suite.ts';

conformanceSuite(isolation);
