import { readReport } from '../campaign/read-report.ts';
import {
  ARTEFACT_NAMES,
  ARTEFACTS,
  type ArtefactName,
  readArtefacts,
  USUAL_ARTEFACTS,
} from '../core/artefacts.ts';
import { HarnessError } from '../core/errors.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Register } from './command.ts';
import { writeReports } from './output.ts';

interface ReportOptions {
  readonly reporter?: string;
  readonly har?: true;
}

/** Adds `report`. */
export const registerReport: Register = (root, finish) => {
  root
    .command('report')
    .description('write the artefacts of a stored campaign again, from its report.json')
    .argument('<dir>', 'folder of the campaign')
    .option('--reporter <list>', `only these: usual, ${ARTEFACT_NAMES.join(', ')}`)
    .option('--har', `its HTTP exchanges too, as ${ARTEFACTS.har.file}; private like all evidence`)
    .action(async (dir: string, options) => finish(await renderAgain(dir, options)));
};

/** Renders what is asked for; the verdict is the stored one, so the exit code is that of the rendering alone. */
async function renderAgain(dir: string, options: ReportOptions): Promise<ExitCode> {
  const report = readReport(dir);
  const reporters = askedFor(options).filter((name) => name !== 'json');
  const written = await writeReports(report, dir, { reporters, traces: undefined });
  for (const file of written) process.stdout.write(`${dir}/${file}\n`);
  return written.length === reporters.length ? EXIT.conforms : EXIT.harnessError;
}

/** Never the document itself: what others are rendered from is not written over. */
function askedFor({ reporter, har }: ReportOptions): readonly ArtefactName[] {
  const read = reporter === undefined ? USUAL_ARTEFACTS : readArtefacts(reporter);
  if ('unknown' in read)
    throw new HarnessError(
      'CONFIG_INVALID',
      `--reporter names "${read.unknown}": there is no such artefact`,
      {
        hint: `it is a list of usual, ${ARTEFACT_NAMES.join(', ')}`,
      },
    );
  return har === true && !read.includes('har') ? [...read, 'har'] : read;
}
