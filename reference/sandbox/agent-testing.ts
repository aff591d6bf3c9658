import { AgentFailure, type JsonObject } from '../agents/agent.ts';
import type { Principal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { Slots } from '../runs/slots.ts';
import type { RunWork } from '../runs/work.ts';
import { findAgentTest, insertAgentTest, listAgentTests, type TestHistory } from '../store/agent-tests.ts';
import { storableText } from '../store/ids.ts';
import type { Store } from '../store/open.ts';
import { compareTests } from './compare.ts';
import { dryRun, type Trigger } from './dry-run.ts';
import type { TestComparison, TestResult } from './result.ts';
import type { TestSubject, TestSubjects } from './subject.ts';

/** What is refused about a test, and why. */
export type TestRefusal = 'AGENT_NOT_FOUND' | 'AGENT_INACTIVE' | 'TEST_NOT_FOUND' | 'TOO_MANY';

/** A test as it is asked for. */
export interface TestRequest {
  readonly principal: Principal;
  readonly agentId: string;
  readonly payload: JsonObject;
  readonly trigger: Trigger;
}

/** What the service is composed of. */
export interface AgentTestingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly subjects: TestSubjects;
  readonly workOf: (subject: TestSubject) => RunWork;
  readonly maxTestsPerUser: number;
  readonly testTimeLimitMs: number;
}

/** A value in which every text comes back from the store as it went in. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [storableText(key), storable(each)]));
}

/** Tests agents in the sandbox, and keeps what came of it. */
export class AgentTesting {
  readonly #parts: AgentTestingParts;
  readonly #slots: Slots;
  readonly #goingOn = new Set<AbortController>();

  constructor(parts: AgentTestingParts) {
    this.#parts = parts;
    this.#slots = new Slots(parts.maxTestsPerUser);
  }

  /** Performs a test and stores it. */
  async test(request: TestRequest): Promise<TestResult | TestRefusal> {
    const { principal, agentId } = request;
    const subject = await this.#parts.subjects.byId(principal.tenant, agentId);
    if (subject === undefined) return 'AGENT_NOT_FOUND';
    if (subject.status === 'INACTIVE' || subject.status === 'SUSPENDED') return 'AGENT_INACTIVE';
    const release = this.#slots.take(principal);
    if (release === undefined) return 'TOO_MANY';
    try {
      const result = storable(await this.#perform(subject, request)) as TestResult; // the same shape
      const test = { tenant: principal.tenant, isOwnAgent: subject.isOwn, result };
      const stored = await insertAgentTest(this.#parts.store, {
        ...test,
        payload: storable(request.payload),
      });
      return stored ? result : 'AGENT_NOT_FOUND';
    } finally {
      release();
    }
  }

  /** The tests of an agent, newest first. */
  async history(
    { tenant }: Principal,
    agentId: string,
    range: { readonly limit: number; readonly offset: number },
  ): Promise<TestHistory | TestRefusal> {
    const { store, subjects } = this.#parts;
    const subject = await subjects.byId(tenant, agentId);
    return subject === undefined ? 'AGENT_NOT_FOUND' : listAgentTests(store, tenant, subject.id, range);
  }

  /** One test as it was answered. */
  async find({ tenant }: Principal, agentId: string, testId: string): Promise<TestResult | TestRefusal> {
    const { store, subjects } = this.#parts;
    const subject = await subjects.byId(tenant, agentId);
    if (subject === undefined) return 'AGENT_NOT_FOUND';
    return (await findAgentTest(store, tenant, subject.id, testId)) ?? 'TEST_NOT_FOUND';
  }

  /** Compares two tests of one agent. */
  async compare(
    principal: Principal,
    agentId: string,
    testIds: readonly [first: string, second: string],
  ): Promise<TestComparison | TestRefusal> {
    const [firstId, secondId] = testIds;
    const first = await this.find(principal, agentId, firstId);
    if (typeof first === 'string') return first;
    const second = await this.find(principal, agentId, secondId);
    return typeof second === 'string' ? second : compareTests(first, second);
  }

  /** Ends every dry run that is going on. */
  stop(): void {
    const reason = new AgentFailure('orchestration', 'SHUTDOWN', 'the deployment was stopped');
    for (const stopper of this.#goingOn) stopper.abort(reason);
  }

  async #perform(subject: TestSubject, { principal, payload, trigger }: TestRequest): Promise<TestResult> {
    const { clock, newId, workOf, subjects, testTimeLimitMs } = this.#parts;
    const stopper = new AbortController();
    this.#goingOn.add(stopper);
    const timer = setTimeout(() => {
      stopper.abort(
        new AgentFailure('orchestration', 'TIMEOUT', 'the dry run took longer than its time limit'),
      );
    }, testTimeLimitMs);
    const colleague = (name: string) => subjects.byName(principal.tenant, name);
    const { signal } = stopper;
    try {
      return await dryRun(
        { clock, workOf, colleague },
        { testId: newId(), subject, payload, trigger, signal },
      );
    } finally {
      clearTimeout(timer);
      this.#goingOn.delete(stopper);
    }
  }
}
