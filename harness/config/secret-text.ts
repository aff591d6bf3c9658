import { parseJson } from '../core/json.ts';
import { fileText, lengthOf, placeOf, type Reader } from './reader.ts';
import { Secret } from './secret.ts';
import type { VariableName } from './variables.ts';

/** A shorter secret would be found everywhere in the evidence, and blacking it out would destroy it. */
export const SHORTEST_SECRET = 8;

/** A secret as it was given, directly or in a file, with the variable that gave it. */
export interface Given {
  readonly from: VariableName;
  readonly value: string;
  readonly inFile: boolean;
}

/** The value of a variable or of the file that its `_FILE` form names; both at once contradict each other. */
export function given(reader: Reader, name: VariableName, fileName: VariableName): Given | undefined {
  const [direct, file] = [reader.settings.get(name), reader.settings.get(fileName)];
  if (direct !== undefined && file !== undefined && direct.rank === file.rank) {
    reader.report(`${placeOf(reader, name)} and ${fileName} are both set: expected one of them`);
    return undefined;
  }
  if (direct !== undefined && (file === undefined || direct.rank < file.rank))
    return { from: name, value: direct.value, inFile: false };
  const content = fileText(reader, fileName);
  return content === undefined ? undefined : { from: fileName, value: content, inFile: true };
}

/** One secret, or a JSON array of them, or a file with one per line; none when it is not set or was refused. */
export function readSecrets(reader: Reader, name: VariableName, fileName: VariableName): readonly Secret[] {
  const found = given(reader, name, fileName);
  if (found === undefined) return [];
  const values = listOf(found);
  const short = values.find((value) => value.length < SHORTEST_SECRET);
  if (short === undefined && values.length > 0)
    return values.map(
      (value, index) => new Secret(values.length === 1 ? name : `${name}-${index + 1}`, value),
    );
  const shape = short === undefined ? 'an empty list' : lengthOf(short);
  reader.report(
    `${placeOf(reader, found.from)} is ${shape}: expected at least ${SHORTEST_SECRET} characters, for example ${EXAMPLE}`,
  );
  return [];
}

const EXAMPLE = 'the output of "openssl rand -base64 32"';

function listOf({ value, inFile }: Given): readonly string[] {
  const array = stringsOf(value);
  if (array !== undefined) return array;
  if (!inFile) return [value];
  return value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function stringsOf(value: string): readonly string[] | undefined {
  const parsed = value.startsWith('[') ? parseJson(value) : undefined;
  return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : undefined;
}
