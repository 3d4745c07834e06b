/** Which representation a client wants. There is one, under two names. */
import { chooseMediaType } from '../../../platform/accept.ts';
import { MEDIA_TYPE } from '../wire.ts';

export const JSON_TYPE = 'application/json';

/** What to answer under, by an `Accept` header; undefined when nothing of ours is accepted. */
export function representationFor(accept: string | undefined): string | undefined {
  return chooseMediaType(accept, [JSON_TYPE, MEDIA_TYPE]);
}
