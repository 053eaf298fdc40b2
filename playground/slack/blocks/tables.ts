/** Slack's table and data_table blocks. */
import { z } from 'zod';
import { richText } from './rich-text.ts';

const id = { block_id: z.string().min(1).max(255).optional() };
const rawText = z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) });
const rawNumber = z.strictObject({
  type: z.literal('raw_number'),
  value: z.number(),
  text: z.string().min(1),
});
const cell = z.discriminatedUnion('type', [rawText, rawNumber, richText]);
const headerCell = z.discriminatedUnion('type', [rawText, rawNumber]);

const table = z.strictObject({
  type: z.literal('table'),
  ...id,
  rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
  column_settings: z
    .array(
      z.strictObject({
        align: z.enum(['left', 'center', 'right']).optional(),
        is_wrapped: z.boolean().optional(),
      }),
    )
    .max(20)
    .optional(),
});

const dataTable = z.strictObject({
  type: z.literal('data_table'),
  ...id,
  rows: z.tuple([z.array(headerCell).min(1).max(20)], z.array(cell).min(1).max(20)),
  caption: z.string().min(1),
  page_size: z.number().int().min(1).max(100).optional(),
  row_header_column_index: z.number().int().min(0).max(19).optional(),
});

/** Header row and 1 to 100 more (Slack documentation). */
const boundedDataTable = dataTable.refine(
  (block) => block.rows.length >= 2 && block.rows.length <= 101,
  'must have between 2 and 101 rows',
);

export const tableBlocks = [table, boundedDataTable] as const;

export const TABLE_FAMILY: ReadonlySet<string> = new Set(['table', 'data_table']);
/** Characters over all data tables of a message (Slack documentation). */
export const DATA_TABLE_CHARACTERS = 10_000;
