/** A sandbox as docs/protocol.md 6 has it, in memory: what the cases record of it is the evidence of their tests. */

import { compared, type Fields, isObject, type Result, usage } from './honest-figures.ts';

export interface Asked {
  readonly tenant: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

interface Node {
  readonly id: string;
  readonly stepType: string;
  readonly tool?: string;
  readonly fail?: { readonly type: string; readonly code: string };
}

interface Agent {
  readonly id: string;
  readonly name: string;
  /** Undefined for one that everybody has. */
  readonly tenant: string | undefined;
  readonly model: string;
  readonly status: string;
  readonly webhookUrl: string | undefined;
  readonly nodes: readonly Node[];
}

interface Test {
  readonly tenant: string;
  readonly agent: string;
  readonly result: Result;
}

const ok = (body: unknown, status = 200): Answered => ({ status, body });
const no = (status: number, code: string, detail: unknown = 'no'): Answered => ({
  status,
  body: { detail, code },
});
const invalid = (field: string): Answered =>
  no(422, 'VALIDATION', [{ loc: ['body', field], msg: 'required', type: 'missing' }]);
const page = (items: readonly unknown[]): Answered => ok({ items, nextCursor: null, total: items.length });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const tool = (name: string): Node => ({ id: name, stepType: 'tool', tool: name });
const think = (id: string): Node => ({ id, stepType: 'plan' });

const ERROR_TYPES: Readonly<Record<string, string>> = { tool: 'tool', model: 'llm', orchestration: 'system' };
const STARTED_AT = Date.parse('2026-01-05T10:00:00.000Z');
const STEP_MS = 12.5;

export class HonestSandbox {
  #ids = 0;
  #clockMs = 0;
  readonly #workflows = new Map<string, readonly Node[]>();
  readonly #agents = new Map<string, Agent>();
  readonly #tests: Test[] = [];

  constructor() {
    const clerk = ['fetch_ticket', 'search_tickets', 'update_ticket', 'add_comment'].map(tool);
    this.#builtIn('ticket_agent', [think('look'), ...clerk, think('sum up')]);
    this.#builtIn('unified_data_agent', [think('look')]);
  }

  #builtIn(name: string, nodes: readonly Node[]): void {
    const id = this.#newId();
    const agent = { id, name, tenant: undefined, model: 'gpt-4o', status: 'ACTIVE', webhookUrl: undefined };
    this.#agents.set(id, { ...agent, nodes });
  }

  #newId(): string {
    this.#ids += 1;
    return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, '0')}`;
  }

  answer(asked: Asked): Answered {
    const [, , area = '', id = '', part = '', last = ''] = asked.path.split(/[/?]/);
    if (area === 'projects') return this.#fixture(asked, part, last);
    if (id === 'profiles')
      return ok([...this.#agents.values()].map(({ id: one, name }) => ({ id: one, name })));
    const named = asked.headers['x-tenant-id'];
    if (named !== undefined && named !== asked.tenant) return no(403, 'TENANT_MISMATCH');
    const agent = this.#agents.get(decodeURIComponent(id));
    const isKnown = agent !== undefined && (agent.tenant === undefined || agent.tenant === asked.tenant);
    return isKnown ? this.#sandbox(asked, agent, part, last) : no(404, 'AGENT_NOT_FOUND');
  }

  #fixture({ method, body, tenant }: Asked, part: string, last: string): Answered {
    if (method === 'GET')
      return last === '' || part !== 'agent-runs' ? page([]) : ok({ id: last, status: 'COMPLETED' });
    const id = method === 'PUT' ? last : this.#newId();
    const made = isObject(body) ? body : {};
    if (part === 'workflows') this.#workflows.set(id, made['nodes'] as readonly Node[]);
    if (part === 'agents') this.#setUp(id, tenant, made);
    return ok({ id, name: made['name'], status: 'ACTIVE' }, method === 'PUT' ? 200 : 201);
  }

  #setUp(id: string, tenant: string, made: Fields): void {
    const {
      name,
      model,
      status = 'ACTIVE',
      webhookUrl,
      workflowId,
    } = made as Readonly<Record<string, string>>;
    const nodes = this.#workflows.get(workflowId ?? '') ?? [];
    this.#agents.set(id, { id, name: name ?? '', tenant, model: model ?? '', status, webhookUrl, nodes });
  }

  #sandbox(asked: Asked, agent: Agent, part: string, last: string): Answered {
    if (part === 'test-history') return this.#history(asked, agent);
    if (asked.method === 'GET') return this.#read(asked, agent, last);
    return last === 'compare' ? this.#compare(asked, agent) : this.#test(asked, agent);
  }

  #of({ tenant }: Asked, { id }: Agent): readonly Test[] {
    return this.#tests.filter((test) => test.tenant === tenant && test.agent === id);
  }

  #history(asked: Asked, agent: Agent): Answered {
    const query = new URLSearchParams(asked.path.split('?')[1]);
    const [limit, offset] = [Number(query.get('limit') ?? 50), Number(query.get('offset') ?? 0)];
    if (!(limit >= 1 && limit <= 500)) return no(422, 'VALIDATION');
    if (!(offset >= 0)) return no(422, 'VALIDATION');
    const all = this.#of(asked, agent).toReversed();
    return ok({
      tests: all.slice(offset, offset + limit).map(({ result }) => result),
      total: all.length,
      limit,
      offset,
    });
  }

  #read(asked: Asked, agent: Agent, id: string): Answered {
    if (!UUID.test(id)) return no(422, 'VALIDATION');
    const test = this.#of(asked, agent).find(({ result }) => result.test_id === id);
    return test === undefined ? no(404, 'TEST_NOT_FOUND') : ok(test.result);
  }

  #compare(asked: Asked, agent: Agent): Answered {
    const ids = ['test_id_1', 'test_id_2'].map((name) =>
      isObject(asked.body) ? asked.body[name] : undefined,
    );
    const odd = ids.findIndex((id) => !UUID.test(String(id)));
    if (odd >= 0) return invalid(`test_id_${odd + 1}`);
    const [one, two] = ids.map(
      (id) => this.#of(asked, agent).find(({ result }) => result.test_id === id)?.result,
    );
    return one === undefined || two === undefined ? no(404, 'TEST_NOT_FOUND') : ok(compared(one, two));
  }

  #test(asked: Asked, agent: Agent): Answered {
    const { body, tenant } = asked;
    if (!isObject(body) || !isObject(body['payload'])) return invalid('payload');
    if (!['undefined', 'boolean'].includes(typeof body['simulate_webhook']))
      return invalid('simulate_webhook');
    if (body['tenant_id'] !== undefined) return invalid('tenant_id');
    if (agent.status === 'INACTIVE') return no(409, 'AGENT_INACTIVE');
    const result = this.#perform(agent, body['payload']);
    this.#tests.push({ tenant, agent: agent.id, result });
    return ok(result);
  }

  #perform(agent: Agent, payload: Fields): Result {
    const created = this.#now();
    const failing = agent.nodes.findIndex(({ fail }) => fail !== undefined);
    const done = failing < 0 ? agent.nodes : agent.nodes.slice(0, failing + 1);
    const steps = done.map((node, index) => this.#step(node, index, agent, payload));
    if (agent.webhookUrl !== undefined)
      steps.push({
        ...this.#step(tool('webhook'), steps.length, agent, {}),
        output: { simulated: true, delivered: false },
      });
    const broken = agent.nodes[failing]?.fail;
    const [status, total_duration_ms] = [broken === undefined ? 'success' : 'failed', STEP_MS * steps.length];
    return {
      test_id: this.#newId(),
      agent_id: agent.id,
      status,
      execution_trace: { steps, total_duration_ms, status },
      token_usage: usage(agent.model, steps.filter((step) => step['step_type'] === 'llm_request').length),
      execution_time: { total_duration_ms, steps: steps.map(() => ({ name: 'step', duration_ms: STEP_MS })) },
      errors:
        broken === undefined
          ? null
          : {
              error_type: ERROR_TYPES[broken.type],
              message: broken.code,
              stack_trace: 'Error: it failed\n    at step',
            },
      created_at: created,
    };
  }

  #now(): string {
    this.#clockMs += STEP_MS;
    const wall = new Date(STARTED_AT + Math.floor(this.#clockMs)).toISOString();
    return wall.replace('Z', `${this.#clockMs % 1 === 0 ? '000' : '500'}Z`);
  }

  #step(node: Node, index: number, { model }: Agent, payload: Fields): Fields {
    const { stepType, fail } = node;
    const isTool = stepType === 'tool';
    const error = fail === undefined ? {} : { error: { code: fail.code, message: 'it failed' } };
    const common = { step_number: index + 1, timestamp: this.#now(), duration_ms: STEP_MS };
    const ticket = 'ticket_id' in payload && fail === undefined ? { ticket_id: payload['ticket_id'] } : {};
    return isTool
      ? {
          ...common,
          step_type: 'tool_call',
          tool_name: node.tool ?? node.id,
          input: payload,
          output: { simulated: true, ...ticket, ...error },
        }
      : {
          ...common,
          step_type: 'llm_request',
          model,
          input: { prompt: JSON.stringify(payload) },
          output: { response: 'so be it', ...error },
          token_usage: usage(model, 1),
        };
  }
}
