#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Static files over HTTP beside nginx: requests per second of a small and a larger file, one process each,
# keep-alive, the same files and the same `wrk`, one server after the other in each round. Prints a table of
# medians and the ratio of each round's figures. Needs wrk and nginx (Debian's nginx-light).
#
#   bench/http_files.sh [PROGRAM [ROUNDS [SECONDS]]]      (build/release/bin/socketcluster, 5, 4)
#
# SC_NGINX names another executable than the one in PATH or /usr/sbin.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program=${1:-build/release/bin/socketcluster}
rounds=${2:-5}
seconds=${3:-4}
nginx=${SC_NGINX:-$(PATH=$PATH:/usr/sbin command -v nginx || true)}
[[ -x $program ]] || { echo "no program $program: scripts/build" >&2; exit 1; }
[[ -n $nginx ]] || { echo "no nginx: apt-get install nginx-light" >&2; exit 1; }
command -v wrk >/dev/null || { echo "no wrk: apt-get install wrk" >&2; exit 1; }

work=$(mktemp -d)
servers=()
finish() {
  ((${#servers[@]} == 0)) || kill "${servers[@]}" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT

mkdir "$work/files"
head -c 1024 /dev/urandom >"$work/files/small.bin"
head -c 102400 /dev/urandom >"$work/files/large.bin"
touch -d '1 hour ago' "$work"/files/*
chmod -R a+rX "$work"

ours=18081 theirs=18082
cat >"$work/nginx.conf" <<END
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3;
  uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
  server { listen 127.0.0.1:$theirs; root $work/files; }
}
END
"$nginx" -c "$work/nginx.conf" -p "$work" -e "$work/error.log" &
servers+=($!)
"$program" start -w 0 -p "$ours" --host 127.0.0.1 --public "$work/files" --log-level 0 &
servers+=($!)
for port in "$ours" "$theirs"; do
  for ((i = 0; i < 100; i++)); do
    if curl -sf -o /dev/null "http://127.0.0.1:$port/small.bin"; then break; fi
    sleep 0.1
  done
done

rate() { # PORT FILE
  wrk -t 1 -c 64 -d "${seconds}s" "http://127.0.0.1:$1/$2" | awk '/^Requests\/sec:/ { print $2 }'
}
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

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
