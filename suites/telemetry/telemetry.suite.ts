import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { telemetry } from './suite.ts';

conformanceSuite(telemetry);
