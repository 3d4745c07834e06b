/** Ten thousand random sequences of commands, on the model and on PostgreSQL. */
process.env['TOPRAIL_SEQUENCES'] ??= '10000';
await import('../simulation/differential.test.ts');
