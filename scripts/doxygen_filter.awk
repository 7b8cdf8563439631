# SPDX-License-Identifier: MIT
# Input filter of docs/Doxyfile: gives the comments of a public header the form that Doxygen reads. Every line keeps its
# number, so that warnings name the right one.
#
#   // Name: text           at the top: documents the class Name of that file, or else the file
#   // ---- Title ----      a group of members, up to the next one or the end of the class
#   // text                 documents the declaration below; indented by three or more: an example
#   int x;  // text         documents the declaration on its left
#
# Protected members serve the server's own classes: they are left out like private ones.

function close_group(    text) {
  text = in_group ? "/**@}*/ " : ""
  in_group = 0
  return text
}

function title_of(line) {
  gsub(/^ *\/\/ ---- *| *-*$/, "", line)
  return line
}

{ lines[NR] = $0 }
/^class [A-Z][A-Za-z]* .*\{$/ { is_class[$2] = 1 }

END {
  name = lines[2]
  gsub(/^\/\/ |:.*/, "", name)
  print (name in is_class) ? "/// \\class socketcluster::" name : "/// \\file"
  for (i = 2; i <= NR; ++i) {
    line = lines[i]
    if (line ~ /^ +\/\/ ----[^-]*-*$/ && title_of(line) != "") {
      line = close_group() "/** \\name " title_of(line) " */ /**@{*/"
      in_group = 1
    } else if (line ~ /^ *\/\/ ----/ || line ~ /= delete;$|^ *friend /) {
      line = ""
    } else if (line ~ /^( private:| protected:|};)/) {
      sub(/protected/, "private", line)
      line = close_group() line
    } else if (line ~ /^ *\/\/   /) {
      sub(/\/\/   /, "///         ", line)
    } else if (line ~ /^ *\/\//) {
      if (i == 2 && name in is_class) line = "// " toupper(substr(line, length(name) + 6, 1)) substr(line, length(name) + 7)
      sub(/\/\//, "///", line)
    } else if (line ~ /^[^"]*[;,{] *\/\/ /) {
      sub(/\/\/ /, "///< ", line)
    }
    print line
  }
}
