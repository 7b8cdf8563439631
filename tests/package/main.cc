// SPDX-License-Identifier: MIT
// A user's program against the installed package: it includes the one header and runs what it
// links.
#include <socketcluster/socketcluster.h>

#include <cstdio>

int main() {
  const socketcluster::Options options;
  std::printf("SocketCluster %s, port %u\n", SOCKETCLUSTER_VERSION_STRING, unsigned{options.port});
  return socketcluster::validate(options).empty() ? 0 : 1;
}
