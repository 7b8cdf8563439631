// SPDX-License-Identifier: MIT
// All options as one JSON object, secrets included: how the master hands what it was started with
// to the processes that it starts. Not for people; `config print` is.
//
// Pure functions; may be called from any thread.
#pragma once

#include <boost/json/object.hpp>

#include <socketcluster/options.h>

#include "base/result.h"

namespace socketcluster::config {

// Members of an object stand under their full names ("perMessageDeflate.level").
boost::json::object options_to_json(const Options& options);

// The reverse. Fails on an unknown name or a value that its option would not take.
base::Result<Options> options_from_json(const boost::json::object& object);

}  // namespace socketcluster::config
