// SPDX-License-Identifier: MIT
// RFC 6455 section 5 by hand, so that a test can break each of its rules.
import crypto from 'node:crypto';

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

// One frame. `length` overrides the length that is announced, `lengthBytes` (0, 2, 8) its encoding.
export function encodeFrame({ opcode, payload = '', fin = true, rsv = 0, mask = true, length, lengthBytes }) {
  const body = Buffer.from(payload);
  const size = length ?? body.length;
  const width = lengthBytes ?? (size < 126 ? 0 : size < 65536 ? 2 : 8);
  const head = Buffer.alloc(2 + width);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (mask ? 0x80 : 0) | (width === 0 ? size : width === 2 ? 126 : 127);
  if (width === 2) head.writeUInt16BE(size, 2);
  if (width === 8) head.writeBigUInt64BE(BigInt(size), 2);
  if (!mask) return Buffer.concat([head, body]);
  const key = crypto.randomBytes(4);
  return Buffer.concat([head, key, body.map((byte, index) => byte ^ key[index & 3])]);
}

export function closePayload(code, reason = '') {
  if (code === undefined) return Buffer.alloc(0);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

// The frame at the start of `bytes` with its length, or null while it is incomplete. Throws on what a server must not
// send: a mask, a length that is not the shortest form.
export function decodeFrame(bytes) {
  if (bytes.length < 2) return null;
  const short = bytes[1] & 0x7f;
  const width = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes[1] & 0x80) throw new Error('the server masked a frame');
  if (bytes.length < 2 + width) return null;
  const size = width === 0 ? short : width === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if ((width === 2 && size < 126) || (width === 8 && size < 65536)) throw new Error('length not in its shortest form');
  if (bytes.length < 2 + width + size) return null;
  return {
    fin: (bytes[0] & 0x80) !== 0,
    rsv: (bytes[0] >> 4) & 7,
    opcode: bytes[0] & 15,
    payload: bytes.subarray(2 + width, 2 + width + size),
    length: 2 + width + size,
  };
}
