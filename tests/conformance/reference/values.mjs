// SPDX-License-Identifier: MIT
// What both reference applications answer and are set up with.
import { requireFrom } from '../../support/npm.mjs';

export const binaryData = () => ({ buf: Buffer.from('000102fdfeff', 'hex'), list: [Buffer.from('hi')] });

export const addressesOf = ({ remoteAddress, forwardedForAddress }) => ({ remoteAddress, forwardedForAddress });

// Option `codecEngine` of scenario 31.
export const codecOption = scenario =>
  (scenario === '31' ? { codecEngine: requireFrom('tests/interop/codec')('sc-codec-min-bin') } : {});
