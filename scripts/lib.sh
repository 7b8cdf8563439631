# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the scripts share; sourced, never run. Nothing here needs more than bash, coreutils, findutils,
# grep, awk and util-linux: a bare Debian has no curl, ps or python.
set -euo pipefail

SC_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
export LC_ALL=C
# A build in another clone of the same sources finds its objects in the compiler cache.
export CCACHE_BASEDIR="$SC_ROOT" CCACHE_NOHASHDIR=1
# Survives clones: what was already checked there need not be checked again here.
SC_CACHE_DIR=${SC_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/socketcluster-checks}

sc_say() { printf '%s\n' "$*"; }

sc_die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# ---- Children: each in a process group of its own, which ends with this script. ----
SC_CHILD=

sc_kill_child() {
  [[ -n $SC_CHILD ]] || return 0
  kill -TERM -- "-$SC_CHILD" 2>/dev/null || return 0
  local tries
  for tries in {1..50}; do
    kill -0 -- "-$SC_CHILD" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$SC_CHILD" 2>/dev/null || true
}

# sc_child COMMAND...: runs it to its end and returns its status. What it left behind in its group ends.
sc_child() {
  local status=0
  set -m
  "$@" </dev/null &
  SC_CHILD=$!
  set +m
  wait "$SC_CHILD" || status=$?
  kill -KILL -- "-$SC_CHILD" 2>/dev/null || true
  SC_CHILD=
  return "$status"
}

# Ctrl-C and SIGTERM end the script and its child. A script may put its own clean-up in sc_on_exit.
sc_on_exit() { :; }
sc_trap_signals() {
  trap 'sc_kill_child; sc_on_exit; trap - INT; kill -INT $BASHPID' INT
  trap 'sc_kill_child; sc_on_exit; trap - TERM; kill -TERM $BASHPID' TERM HUP
}

# ---- Counting. Every script that tests ends with the line "N passed, N failed[, N skipped]". ----
sc_passed=0 sc_failed=0 sc_skipped=0

sc_count_line() {
  local line="$sc_passed passed, $sc_failed failed"
  ((sc_skipped == 0)) || line+=", $sc_skipped skipped"
  printf '%s\n' "$line"
}

# sc_add_counts FILE: adds the last such line of FILE; fails when there is none.
sc_add_counts() {
  local line
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$1" | tail -n 1) || true
  [[ -n $line ]] || return 1
  local numbers
  read -r -a numbers <<<"${line//[!0-9]/ }"
  sc_passed=$((sc_passed + numbers[0]))
  sc_failed=$((sc_failed + numbers[1]))
  sc_skipped=$((sc_skipped + ${numbers[2]:-0}))
}

# ---- Sanitizers ----
# Address space randomisation with many bits breaks the shadow memory of GCC 12 and clang 14.
sc_without_aslr() {
  if setarch -R true 2>/dev/null; then setarch -R "$@"; else "$@"; fi
}

# sc_sanitizer_options PREFIX: reports go to PREFIX.<pid>, so that one in any child process is seen.
sc_sanitizer_options() {
  export ASAN_OPTIONS="log_path=$1:detect_leaks=1:detect_stack_use_after_return=1"
  export TSAN_OPTIONS="log_path=$1:second_deadlock_stack=1"
  export UBSAN_OPTIONS="log_path=$1:print_stacktrace=1"
  export LSAN_OPTIONS="log_path=$1"
  local symbolizer
  symbolizer=$(command -v llvm-symbolizer-14 || true)
  [[ -z $symbolizer ]] || export ASAN_SYMBOLIZER_PATH="$symbolizer"
}

# sc_sanitizer_reports PREFIX: prints the reports; fails when there is one.
sc_sanitizer_reports() {
  local report found=0
  for report in "$1".*; do
    [[ -s $report ]] || continue
    found=1
    printf -- '--- %s\n' "${report##*/}"
    cat "$report"
  done
  return "$found"
}

# sc_preset_dir PRESET
sc_preset_dir() { printf '%s\n' "$SC_ROOT/build/$1"; }

# ---- npm ----
# sc_npm_install DIR [ARG...]: installs what DIR/package.json names, unless that was done already.
sc_npm_install() {
  local dir=$1 stamp key
  shift
  stamp=$dir/node_modules/.installed-for
  key=$(cd "$dir" && cat package.json package-lock.json 2>/dev/null | sha256sum)
  if [[ -f $stamp && $(<"$stamp") == "$key" ]]; then return 0; fi
  local verb=install
  [[ ! -f $dir/package-lock.json ]] || verb=ci
  sc_say "npm $verb in ${dir#"$SC_ROOT"/}"
  (cd "$dir" && npm "$verb" --no-audit --no-fund --loglevel=error --fetch-retries=3 "$@") || return 1
  # After the installation: npm may have written the lock file.
  (cd "$dir" && cat package.json package-lock.json 2>/dev/null | sha256sum) >"$stamp"
}
