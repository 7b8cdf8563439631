// SPDX-License-Identifier: MIT
// The user that workers and brokers run as (option `downgradeToUser`).
//
// No thread rule; become() changes the whole process.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace socketcluster::supervisor {

struct User {
  std::string name;  // empty for a number that no entry of the user database has
  uid_t uid = 0;
  gid_t gid = 0;
};

// By name, or by number when no user has such a name. A number that is not in the database is a
// user without groups of its own (its group has the same number), as in container images.
base::Result<User> find_user(const std::string& name_or_number);

// Whether this process may start others as `user`: root may, and everybody as themselves.
base::Status check_may_start_as(const User& user);

// Gives up the rights of this process for good: groups, group and user, in this order.
// REQUIRES: there are no other threads yet.
base::Status become(const User& user);

}  // namespace socketcluster::supervisor
