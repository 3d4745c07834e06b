/** The properties of prices over a million random ones: no remainder is lost. */
process.env['TOPRAIL_PROPERTY_RUNS'] ??= '1000000';
await import('../../src/pricing/price.property.test.ts');
