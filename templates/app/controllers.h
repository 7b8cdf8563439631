// The functions that SocketCluster calls.
#pragma once

#include <socketcluster/broker.h>
#include <socketcluster/worker.h>

void run_worker(socketcluster::Worker& worker);  // worker.cpp, in each worker process
void run_broker(socketcluster::Broker& broker);  // broker.cpp, in each broker process
