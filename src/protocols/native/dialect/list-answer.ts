/** Lists that are answered as JSON or as CSV, as the client's `Accept` says; anything else is refused. */
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { Refusal } from '../../../core/errors.ts';
import { chooseMediaType } from '../../../platform/accept.ts';
import { type Columns, writeCsv } from '../../../platform/csv.ts';

const JSON_TYPE = 'application/json';
const CSV_TYPE = 'text/csv';

type Accepting = Pick<FastifyRequest, 'headers'>;

function chosenType({ headers }: Accepting): typeof JSON_TYPE | typeof CSV_TYPE | undefined {
  return chooseMediaType(headers.accept, [JSON_TYPE, CSV_TYPE]);
}

/** Refuses before anything is read. A hook after `admit`: credentials come first. */
export const jsonOrCsv: onRequestAsyncHookHandler = async (request, reply) => {
  reply.header('vary', 'Accept');
  if (chosenType(request) === undefined) throw new Refusal('not_acceptable');
};

interface ListView<Row> {
  data: Row[];
  next: string | null;
}

/** The page in the type that the client chose. CSV has no room for `next`: it goes into a `Link`. */
export function answerList<Row>(
  request: Pick<FastifyRequest, 'headers' | 'url'>,
  reply: FastifyReply,
  { list, columns }: { readonly list: ListView<Row>; readonly columns: Columns<Row> },
): ListView<Row> | string {
  if (chosenType(request) !== CSV_TYPE) return list;
  if (list.next !== null) reply.header('link', `<${nextPage(request.url, list.next)}>; rel="next"`);
  reply.type(`${CSV_TYPE}; charset=utf-8; header=present`);
  return writeCsv(columns, list.data);
}

/** The same question, after the last row of this page. */
function nextPage(url: string, next: string): string {
  const [path = '', query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('after', next);
  return `${path}?${parameters.toString()}`;
}

const LINK = {
  Link: Type.String({
    description:
      '`text/csv`: the next page, `<...>; rel="next"`, with the same filters. Absent at the end of the list.',
  }),
};

/** The 200 of such a list, for the published document. */
export function listAnswer<List extends TSchema, Row>(
  schema: List,
  told: {
    readonly description: string;
    readonly example: Static<List> & ListView<Row>;
    readonly columns: Columns<Row>;
  },
) {
  const { description, example, columns } = told;
  return {
    description,
    headers: LINK,
    content: {
      [JSON_TYPE]: { schema, example },
      [CSV_TYPE]: {
        schema: {
          type: 'string',
          description: `RFC 4180 in UTF-8 with a header line; columns are only ever added, at the end. Amounts are decimals with all digits of the currency. A cell that begins with = + - @ ' or a control character has an apostrophe in front, unless it is a sign and digits with at most one point. Columns: \`${Object.keys(columns).join('`, `')}\`.`,
        },
        example: writeCsv(columns, example.data),
      },
    },
  };
}
