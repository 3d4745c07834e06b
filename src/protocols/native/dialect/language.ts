/** How a client of this API asks for a language. */
import { Type } from 'typebox';
import { LANGUAGES, type Language } from '../../../catalogue/plan-text.ts';
import { oneOf } from '../wire.ts';

export const languageAsked = Type.Unsafe<Language>(
  oneOf(LANGUAGES, {
    description: 'The language of names and descriptions; otherwise `Accept-Language` decides, else English.',
  }),
);
