// SPDX-License-Identifier: MIT
// The errors that the conformance application answers with.

export function namedError(name, message, fields = {}) {
  return Object.assign(new Error(message), { name, ...fields });
}

// Scenario 03: event -> error of the answer.
export const failures = {
  failError: () => new Error('Something broke'),
  failString: () => 'just a string',
  failNamed: () => namedError('ValidationError', 'Bad input', { field: 'age', info: { min: 18 } }),
  failObject: () => ({ code: 7, why: 'plain object' }),
  failNumber: () => 42,
  failType: () => new TypeError('typed'),
};

// Errors of middleware, by scenario. 07: channel -> error.
export const subscribeErrors = {
  secret: () => namedError('ForbiddenError', 'Not allowed to read secret'),
  str: () => 'string error',
};
export const readOnly = () => namedError('ReadOnlyError', 'Channel is read only');
export const dangerBlocked = () => namedError('BlockedError', 'danger is blocked', { hint: 'try safe' });
