/** Says whether an incident's evidence is as it was written: `npm run verify-evidence -- INC-12-evidence.jsonl`. */
import { readFileSync } from 'node:fs';
import { verifyEvidence } from '../src/templates/incident/evidence-chain.ts';

const files = process.argv.slice(2).filter((word) => word !== '--');
if (files.length === 0) {
  process.stderr.write('Say which file: npm run verify-evidence -- INC-12-evidence.jsonl\n');
  process.exitCode = 2;
}
for (const file of files) {
  try {
    // Anything that is no UTF-8 was changed as well, and must not be read as something else.
    const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
    const verdict = verifyEvidence(content);
    if (verdict.ok) {
      process.stdout.write(
        `${file}: as it was written: ${verdict.count} entries, final hash ${verdict.final}\n`,
      );
    } else {
      process.stderr.write(`${file}: CHANGED: line ${verdict.line}: ${verdict.why}\n`);
      process.exitCode = 1;
    }
  } catch (error) {
    process.stderr.write(`${file}: cannot be read: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 2;
  }
}
