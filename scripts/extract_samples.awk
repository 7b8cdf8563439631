# SPDX-License-Identifier: MIT
# Makes C++ files of the ```cpp samples in a Markdown document: awk -v out=DIRECTORY -f extract_samples.awk FILE.md
#
# docs/a-page.md gives docs_a_page.cc for a sample that begins with #include (from the second one on docs_a_page_2.cc). All others
# are statements: functions of docs_a_page_samples.cc, which have worker, server and socket at hand.

function begin_samples() {
  print "#include <chrono>\n#include <cstdint>\n#include <iostream>\n#include <map>\n#include <memory>" > samples
  print "#include <optional>\n#include <stdexcept>\n#include <string>\n#include <thread>\n" > samples
  print "#include <socketcluster/socketcluster.h>\n\nnamespace sc = socketcluster;\n" > samples
}

function begin_function() {
  if (++functions == 1) begin_samples()
  printf "void %s_sample_%d([[maybe_unused]] sc::Worker& worker, [[maybe_unused]] sc::Server& server,\n", name, functions > samples
  print "[[maybe_unused]] sc::Socket& socket) {" > samples
}

FNR == 1 {
  name = tolower(FILENAME)
  sub(/\.md$/, "", name)
  gsub(/[^a-z0-9]/, "_", name)
  samples = out "/" name "_samples.cc"
}
/^```cpp$/ { at = FNR; next }
/^```$/ && at {
  if (is_open && !is_file) print "}\n" > samples
  at = is_open = 0
  next
}
at && !is_open {
  is_open = 1
  is_file = /^#include/
  if (is_file) file = out "/" name (++files > 1 ? "_" files : "") ".cc"
  else begin_function()
  printf "#line %d \"%s\"\n", FNR, FILENAME > (is_file ? file : samples)
}
at { print > (is_file ? file : samples) }
