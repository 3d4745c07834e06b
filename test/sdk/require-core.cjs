/**
 * One of the SDK's own tests requires a path of its maker's working copy. Here that path is the published package;
 * no other module is touched.
 */
const { registerHooks } = require('node:module');

const OUTSIDE = '../../../node-sdk-core/src/Core';
const PUBLISHED = '@reloadly/reloadly.core';

registerHooks({
  resolve: (specifier, context, next) => next(specifier === OUTSIDE ? PUBLISHED : specifier, context),
});
