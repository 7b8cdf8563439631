// SPDX-License-Identifier: MIT
// HTTP/1.1 as bytes: a request is written as given, a response is parsed strictly enough to see what the server did.
import { TcpClient } from './tcp.mjs';

// Parses one response at the start of `bytes`: {status, statusLine, headers, body, length}, or null while it is
// incomplete. `ended`: the server has closed, which ends a body without length. `head`: answer to HEAD, no body.
export function parseResponse(bytes, { ended = false, head = false } = {}) {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const [statusLine, ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const match = /^HTTP\/1\.1 (\d{3})(?: (.*))?$/.exec(statusLine);
  if (!match) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`);
  const headers = parseHeaders(lines);
  const status = Number(match[1]);
  const response = { status, statusLine, headers, body: '', length: headEnd + 4 };
  if (head || status < 200 || status === 204 || status === 304) return response;
  return parseBody(response, bytes, ended);
}

function parseHeaders(lines) {
  const headers = {};
  for (const line of lines) {
    const header = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (!header) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    const name = header[1].toLowerCase();
    headers[name] = name in headers ? `${headers[name]}, ${header[2]}` : header[2];
  }
  return headers;
}

function parseBody(response, bytes, ended) {
  const start = response.length;
  if (/chunked/i.test(response.headers['transfer-encoding'] ?? '')) {
    const chunked = decodeChunked(bytes.subarray(start));
    return chunked && { ...response, body: chunked.body, length: start + chunked.length };
  }
  if ('content-length' in response.headers) {
    const size = Number(response.headers['content-length']);
    if (bytes.length < start + size) return null;
    return { ...response, body: bytes.subarray(start, start + size).toString(), length: start + size };
  }
  return ended ? { ...response, body: bytes.subarray(start).toString(), length: bytes.length } : null;
}

// Body and encoded length of a chunked body, or null while it is incomplete. Trailers are not expected.
export function decodeChunked(bytes) {
  const parts = [];
  for (let position = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', position);
    if (lineEnd < 0) return null;
    const size = parseInt(bytes.subarray(position, lineEnd).toString('latin1'), 16);
    if (bytes.length < lineEnd + 4 + size) return null;
    if (size === 0) return { body: Buffer.concat(parts).toString(), length: lineEnd + 4 };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    position = lineEnd + 4 + size;
  }
}

export class HttpClient extends TcpClient {
  // The next response on the connection; several may be waiting (pipelining). null: the server ended the connection
  // without one.
  response(options = {}) {
    return this.condition.until(() => {
      const over = this.ended || this.closed || this.error !== null;
      const response = parseResponse(this.received, { ...options, ended: over });
      if (response) {
        this.received = this.received.subarray(response.length);
        return { response };
      }
      return over ? { response: null } : undefined;
    }, 'an HTTP response').then(found => found.response);
  }
}

// One request on one connection.
export async function request(port, text, options) {
  const client = await HttpClient.connect(port);
  try {
    client.write(text);
    return await client.response(options);
  } finally {
    client.destroy();
  }
}

export function get(port, path, headers = {}) {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return request(port, `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
}
