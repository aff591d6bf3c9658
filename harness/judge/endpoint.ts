/** Collections whose members are named by the next part of a path. */
const COLLECTIONS = new Set([
  'projects',
  'agent-runs',
  'workflows',
  'context-items',
  'messages',
  'steps',
  'profiles',
  'agents',
  'tests',
  'runs',
  'versions',
  'test',
]);

/** Parts of a path that stand where a member may, and are none. */
const NO_MEMBERS = new Set([...COLLECTIONS, 'compare', 'prices']);

/** `GET /api/projects/{}/agent-runs`: what is asked, without whose it is and without the query. */
export function endpointOf(method: string, url: string): string {
  const [path = ''] = url.split('?');
  const parts = path.split('/').map((part, index, all) => {
    const isMember = COLLECTIONS.has(all[index - 1] ?? '') && !NO_MEMBERS.has(part);
    return isMember && part !== '' ? '{}' : part;
  });
  return `${method} ${parts.join('/')}`;
}
