// SPDX-License-Identifier: MIT
// Waiting for conditions. Nothing here measures time: a deadline only turns "never" into a failure that says what was
// waited for. SC_TEST_PATIENCE (milliseconds) raises it, for instance under valgrind.

export const patience = Number(process.env.SC_TEST_PATIENCE ?? 30000);

// A place where waiters sit until the state they look at changes. Whoever changes the state calls notify().
export class Condition {
  #waiters = new Set();
  #describe;

  // `describe` returns a text about the current state, shown when a wait fails.
  constructor(describe = () => '') {
    this.#describe = describe;
  }

  notify() {
    for (const waiter of [...this.#waiters]) waiter();
  }

  // Resolves with the first truthy value of predicate(); an exception in it rejects.
  until(predicate, what, deadline = patience) {
    return new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        settle(value);
      };
      const check = () => {
        try {
          const value = predicate();
          if (value) finish(resolve, value);
        } catch (error) {
          finish(reject, error);
        }
      };
      const timer = setTimeout(() => {
        finish(reject, new Error(`waited in vain for ${what}\n${this.#describe()}`));
      }, deadline);
      this.#waiters.add(check);
      check();
    });
  }
}

// `promise`, or a failure that names what did not happen.
export function within(promise, what, deadline = patience) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), deadline);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A list that can be awaited: push() on one side, until()/count() on the other.
export class Inbox {
  items = [];
  #condition;

  constructor(name = 'inbox') {
    this.#condition = new Condition(() => `${name} holds ${JSON.stringify(this.items)}`);
  }

  push(item) {
    this.items.push(item);
    this.#condition.notify();
  }

  // Resolves with the item that matches (the first one, also among those already there).
  until(predicate, what) {
    return this.#condition.until(() => {
      const index = this.items.findIndex(predicate);
      return index < 0 ? undefined : { item: this.items[index] };
    }, what).then(found => found.item);
  }

  // Resolves with all items as soon as there are at least n.
  count(n, what = `${n} items`) {
    return this.#condition.until(() => this.items.length >= n && this.items, what);
  }

  // Resolves when at least n items match.
  countOf(predicate, n, what) {
    return this.#condition.until(() => this.items.filter(predicate).length >= n, what);
  }
}
