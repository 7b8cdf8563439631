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
