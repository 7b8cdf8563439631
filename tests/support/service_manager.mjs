// SPDX-License-Identifier: MIT
// Takes the place of systemd as the one that a server reports to: listens on a socket for NOTIFY_SOCKET. Node.js has no
// datagram sockets of the UNIX kind, so Perl, which every Debian has, receives; each datagram becomes a line of JSON.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

import { Inbox, within } from './wait.mjs';

const receiver = `
  use Socket; $| = 1;
  socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
  bind($socket, sockaddr_un($ARGV[0])) or die $!;
  chmod 0666, $ARGV[0];
  print "[]\\n";
  while (defined recv($socket, my $text, 4096, 0)) {
    print "[", join(",", map { s/(["\\\\])/\\\\$1/g; "\\"$_\\"" } split /\\n/, $text), "]\\n";
  }`;

// Resolves with {path, told}: `told` is an Inbox of datagrams, each a list of "NAME=value".
export async function startServiceManager(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-notify-'));
  fs.chmodSync(folder, 0o755);
  const socket = path.join(folder, 'notify');
  const perl = spawn('perl', ['-e', receiver, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => { perl.kill('SIGKILL'); fs.rmSync(folder, { recursive: true }); });
  const told = new Inbox('what the service manager was told');
  const listens = new Promise(resolve => {
    readline.createInterface({ input: perl.stdout }).on('line', line => {
      const datagram = JSON.parse(line);
      if (datagram.length > 0) told.push(datagram);
      resolve();
    });
  });
  await within(listens, 'the socket of the service manager');
  return { path: socket, told };
}
