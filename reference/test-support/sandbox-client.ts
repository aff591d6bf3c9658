import type { Deployment } from '../deployment.ts';
import type { TestComparison, TestResult } from '../sandbox/result.ts';
import { type Answer, ApiClient } from './api-client.ts';

/** The history of an agent as it is answered. */
interface History {
  readonly tests: readonly { readonly test_id: string; readonly created_at: string }[];
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
}

/** The built-in agent that works on tickets, and the one that coordinates others. */
export const TICKET_AGENT = '5f0d3a56-0004-4c61-9d0e-2a7c1b7d0004';
export const SUPERVISOR = '5f0d3a56-0003-4c61-9d0e-2a7c1b7d0003';

/** A payload for the agent that works on tickets. */
export const TICKET = { ticket_id: 'TICKET-123', issue: 'Network connectivity problem' };

/** Calls the sandbox of a deployment as one of its users. */
export class SandboxClient extends ApiClient {
  readonly #project: Promise<string>;
  #agents = 0;

  constructor(deployment: Deployment, user = 0) {
    super(deployment, user);
    this.#project = this.project();
  }

  /** The project in which its agents are made. */
  get home(): Promise<string> {
    return this.#project;
  }

  /** Makes an agent that works by some nodes. */
  async agent(nodes: readonly object[] | undefined, more: object = {}): Promise<string> {
    this.#agents += 1;
    const project = await this.#project;
    const workflowId = nodes === undefined ? null : await this.workflow(project, nodes, 3_600_000);
    const body = { name: `agent-${this.#agents}`, workflowId, ...more };
    return (await this.call<{ id: string }>('POST', `/projects/${project}/agents`, body)).body.id;
  }

  test(agent: string, payload: object = {}, more: object = {}): Promise<Answer<TestResult>> {
    return this.call<TestResult>('POST', `/agents/${agent}/test`, { payload, ...more });
  }

  /** The result of a test that is not refused. */
  async result(agent: string, payload: object = {}, more: object = {}): Promise<TestResult> {
    const { status, body } = await this.test(agent, payload, more);
    if (status !== 200) throw new Error(`the test was answered with ${status}`);
    return body;
  }

  async history(agent: string, query = ''): Promise<History> {
    return (await this.call<History>('GET', `/agents/${agent}/test-history${query}`)).body;
  }

  compare(agent: string, test_id_1: string, test_id_2: string): Promise<Answer<TestComparison>> {
    return this.call<TestComparison>('POST', `/agents/${agent}/test/compare`, { test_id_1, test_id_2 });
  }
}
