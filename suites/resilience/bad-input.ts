/**
 * Bad input for every endpoint of the agents API: each generator yields only what the protocol refuses, by
 * construction, so that any 2xx is a fault as well. A library of property tests generates and, when an answer
 * was a 5xx, shrinks; what it tried is in the transcript like every other request.
 */
import fc from 'fast-check';
import {
  awkward,
  type BadInput,
  getting,
  json,
  noId,
  noObject,
  noText,
  posted,
  type Wrong,
} from './odd-values.ts';

/** What exists, for the requests to be wrong about in one respect only. */
export interface Surroundings {
  /** `/api/projects/{p}` */
  readonly project: string;
  /** `/api/projects/{p}/agent-runs/{r}` */
  readonly run: string;
  readonly workflowId: string;
}

/** Good in every field but one, which is no text; or no object at all; or not declared as JSON. */
function wrongBodies(path: string, good: Readonly<Record<string, unknown>>): Wrong {
  const oneWrong = fc
    .tuple(fc.constantFrom(...Object.keys(good)), noText)
    .map(([field, value]) => json({ ...good, [field]: value }));
  const notJson = fc
    .constantFrom('text/plain', 'application/xml', 'multipart/form-data')
    .map((type) => ({ method: 'POST', path, body: json(good), headers: { 'content-type': type } }) as const);
  return fc.oneof(posted(path, oneWrong), posted(path, noObject), notJson);
}

const wrongQuery = (path: string): Wrong =>
  getting(
    fc.oneof(
      awkward
        .filter((text) => text.isWellFormed())
        .map((text) => `${path}?cursor=${encodeURIComponent(`x${text}`)}`),
      fc
        .constantFrom('abc', '1e3x', '--1', ' ', 'NaN')
        .map((limit) => `${path}?limit=${encodeURIComponent(limit)}`),
    ),
  );

/** Every endpoint with what it must refuse. */
export function badInputs({ project, run, workflowId }: Surroundings): readonly BadInput[] {
  const runs = `${project}/agent-runs`;
  const of = (endpoint: string, request: Wrong): BadInput => ({ endpoint, request });
  const unknown = (tail: string): Wrong => getting(noId.map((id) => `${runs}/${id}${tail}`));
  const question = { workflowId, inputQuery: 'What is in there?' };
  return [
    of('GET /api/projects/{p}/agent-runs', wrongQuery(runs)),
    of('POST /api/projects/{p}/agent-runs', wrongBodies(runs, question)),
    of('GET …/agent-runs/{r}', unknown('')),
    of('GET …/{r}/steps', fc.oneof(unknown('/steps'), wrongQuery(`${run}/steps`))),
    of('GET …/{r}/messages', fc.oneof(unknown('/messages'), wrongQuery(`${run}/messages`))),
    of('GET …/{r}/node-states', unknown('/node-states')),
    of('POST …/{r}/messages', wrongBodies(`${run}/messages`, { content: 'And?' })),
    of(
      'POST …/{r}/cancel',
      noId.map((id) => ({ method: 'POST', path: `${runs}/${id}/cancel` })),
    ),
    of('GET /api/agents/profiles/{a}', getting(noId.map((id) => `/api/agents/profiles/${id}`))),
    of('POST /api/projects', wrongBodies('/api/projects', { name: 'case' })),
    of(
      'POST /api/projects/{p}/context-items',
      wrongBodies(`${project}/context-items`, { name: 'case', content: 'a' }),
    ),
    of(
      'POST /api/projects/{p}/workflows',
      wrongBodies(`${project}/workflows`, { name: 'case', nodes: 'none' }),
    ),
  ];
}
