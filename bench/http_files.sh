#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Static files over HTTP beside nginx: requests per second of a small and a larger file, one process each,
# keep-alive, the same files and the same `wrk`, one server after the other in each round. Prints a table of
# medians and the ratio of each round's figures. Needs wrk and nginx (Debian's nginx-light).
#
#   bench/http_files.sh [PROGRAM [ROUNDS [SECONDS]]]      (build/release/bin/socketcluster, 5, 4)
#
# SC_NGINX names another executable than the one in PATH or /usr/sbin.
# shellcheck source=bench/beside_nginx.sh
source "$(dirname "${BASH_SOURCE[0]}")/beside_nginx.sh"

make_file small.bin 1024
make_file large.bin 102400
start_servers http '' ''

rate() { # PORT FILE
  wrk -t 1 -c 64 -d "${seconds}s" "http://127.0.0.1:$1/$2" | awk '/^Requests\/sec:/ { print $2 }'
}

echo "| file | ours, requests/s | nginx, requests/s | ratio (median of rounds) |"
echo "| --- | --- | --- | --- |"
for file in small.bin large.bin; do
  : >"$work/ours" && : >"$work/theirs" && : >"$work/ratio"
  for ((round = 0; round < rounds; round++)); do
    a=$(rate "$ours" "$file") b=$(rate "$theirs" "$file")
    echo "$a" >>"$work/ours"
    echo "$b" >>"$work/theirs"
    awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f\n", a / b }' >>"$work/ratio"
  done
  printf '| %s bytes | %.0f | %.0f | %.2f |\n' "$(stat -c %s "$work/files/$file")" "$(median <"$work/ours")" \
    "$(median <"$work/theirs")" "$(median <"$work/ratio")"
done
