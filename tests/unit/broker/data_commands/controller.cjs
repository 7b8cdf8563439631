// SPDX-License-Identifier: MIT
// Runs in the original's broker process: a clock that stands where record.mjs puts it, an empty store for each case,
// and the sweep of expired keys on demand instead of by a timer.
const { createRequire } = require('node:module');
const path = require('node:path');

const requirePackage = createRequire(path.join(process.env.SC_BROKER_FOLDER, 'package.json'));
const SCBroker = requirePackage('sc-broker/scbroker');

let now = 0;
Date.prototype.getTime = () => now;

new SCBroker({
  run() {
    this.on('message', (data, respond) => {
      now = data.now;
      if (data.clear) {
        this.dataMap.removeAll();
        this.dataExpirer.clear();
      }
      if (data.sweep) for (const key of this.dataExpirer.extractExpiredKeys()) this.dataMap.remove(key);
      respond(null);
    });
  },
});
