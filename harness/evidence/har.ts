/**
 * The HTTP exchanges of a campaign as an HTTP archive (HAR 1.2), for the tools that replay and compare traffic.
 * It holds what the transcripts hold, credentials redacted as there, and is as private as they are. A trial is a
 * page. Bounded: what is left out is counted in the comment of the log.
 */
import type { Entry, HttpRequestEntry, HttpResponseEntry, Transcript } from './transcript.ts';

const MOST_EXCHANGES = 5_000;
/** Longer bodies are cut, and say so; they are whole in the transcript. */
const MOST_BODY_CHARACTERS = 32_768;
const MOST_CHARACTERS = 64 * 1024 * 1024;

type Json = Readonly<Record<string, unknown>>;
type Answer = Extract<Entry, { kind: 'http.response' | 'http.aborted' }>;

/** One log of all transcripts, in their order. */
export function harOf(
  transcripts: Iterable<Transcript>,
  creator: { readonly name: string; readonly version: string },
): string {
  const pages: Json[] = [];
  const entries: string[] = [];
  let [characters, omitted] = [0, 0];
  const take = (text: string): void => {
    const fits = entries.length < MOST_EXCHANGES && characters + text.length <= MOST_CHARACTERS;
    if (fits) entries.push(text);
    if (fits) characters += text.length;
    else omitted += 1;
  };
  for (const { header, entries: seen } of transcripts) {
    pages.push(pageOf(header.trial, header.startedAt));
    for (const [request, answer] of exchangesOf(seen))
      take(JSON.stringify(entryOf(header.trial, Date.parse(header.startedAt), request, answer)));
  }
  const comment = omitted === 0 ? 'all HTTP exchanges' : `${omitted} more exchanges are in the transcripts`;
  const head = JSON.stringify({ version: '1.2', creator, pages, comment }).slice(0, -1);
  return `{"log":${head},"entries":[\n${entries.join(',\n')}\n]}}\n`;
}

const pageOf = (trial: string, startedDateTime: string): Json => ({
  id: trial,
  title: trial,
  startedDateTime,
  pageTimings: {},
});

/** Each request with what came of it: nothing, where the transcript ends before. */
function exchangesOf(
  entries: readonly Entry[],
): readonly (readonly [HttpRequestEntry, Answer | undefined])[] {
  const answers = new Map<number, Answer>();
  for (const entry of entries)
    if (entry.kind === 'http.response' || entry.kind === 'http.aborted') answers.set(entry.exchange, entry);
  return entries.flatMap((entry) =>
    entry.kind === 'http.request' ? [[entry, answers.get(entry.exchange)] as const] : [],
  );
}

function entryOf(
  pageref: string,
  trialStart: number,
  request: HttpRequestEntry,
  answer: Answer | undefined,
): Json {
  const waited = answer === undefined ? 0 : Math.max(0, answer.at - request.at);
  const comment = answer?.kind === 'http.aborted' ? answer.reason : 'no answer was seen';
  return {
    pageref,
    startedDateTime: new Date((Number.isNaN(trialStart) ? 0 : trialStart) + request.at).toISOString(),
    time: waited,
    request: requestOf(request),
    response: answer?.kind === 'http.response' ? responseOf(answer) : NO_RESPONSE,
    cache: {},
    timings: { send: 0, wait: waited, receive: 0 },
    comment: answer?.kind === 'http.response' ? request.label : `${request.label}: ${comment}`,
  };
}

const pairsOf = (headers: Readonly<Record<string, string>>): readonly Json[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));

function headerOf(headers: Readonly<Record<string, string>>, wanted: string): string {
  const name = Object.keys(headers).find((one) => one.toLowerCase() === wanted);
  return name === undefined ? '' : (headers[name] ?? '');
}

function requestOf({ method, url, headers, body }: HttpRequestEntry): Json {
  const query = URL.canParse(url) ? [...new URL(url).searchParams] : [];
  const mimeType = headerOf(headers, 'content-type');
  return {
    method,
    url,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairsOf(headers),
    queryString: query.map(([name, value]) => ({ name, value })),
    ...(body === undefined ? {} : { postData: { mimeType, ...cut(body) } }),
    headersSize: -1,
    bodySize: body === undefined ? 0 : Buffer.byteLength(body),
  };
}

function responseOf({ status, headers, body, encoding, bytes }: HttpResponseEntry): Json {
  const mimeType = headerOf(headers, 'content-type');
  const coded = encoding === 'base64' ? { encoding } : {};
  return {
    status,
    statusText: '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairsOf(headers),
    content: { size: bytes, mimeType, ...cut(body), ...coded },
    redirectURL: headerOf(headers, 'location'),
    headersSize: -1,
    bodySize: bytes,
  };
}

/** As browsers write an exchange that came to nothing. */
const NO_RESPONSE: Json = {
  status: 0,
  statusText: '',
  httpVersion: '',
  cookies: [],
  headers: [],
  content: { size: 0, mimeType: 'x-unknown' },
  redirectURL: '',
  headersSize: -1,
  bodySize: -1,
};

/** Four characters of base64 are three bytes, so that a cut text of it can still be read. */
const cut = (text: string): Json =>
  text.length <= MOST_BODY_CHARACTERS
    ? { text }
    : { text: text.slice(0, MOST_BODY_CHARACTERS), comment: `cut from ${text.length} characters` };
