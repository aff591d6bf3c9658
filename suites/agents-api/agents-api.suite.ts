import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { agentsApi } from './suite.ts';

conformanceSuite(agentsApi);
