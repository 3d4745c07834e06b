/** Every strange value in every place of every API. */
process.env['TOPRAIL_STRANGE_ONE_IN'] ??= '1';
await import('../bad-input/fields.test.ts');
