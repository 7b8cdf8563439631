// SPDX-License-Identifier: MIT
// Copies the files of a template, with its placeholders (templates/README.md) filled in.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace socketcluster::project {

struct TemplateValues {
  std::string app_name;
  std::string app_id;
  std::string version;
};

std::string fill_in(std::string text, const TemplateValues& values);

// Files that are there already are replaced, never written through a link; others stay. The failure
// names the file and the reason.
base::Status copy_template(const std::filesystem::path& from, const std::filesystem::path& to,
                           const TemplateValues& values);

}  // namespace socketcluster::project
