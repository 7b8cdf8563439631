#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# TLS beside nginx: new connections with a full handshake each, and requests on connections that stay; one
# process each, the same certificate (ECDSA, P-256), the same file and the same `wrk`, one server after the
# other in each round. Prints medians of CPU time per request, which the client's own need for CPU does not
# disturb, and of requests per second. Needs wrk, openssl and nginx (Debian's nginx-light).
#
#   bench/tls.sh [PROGRAM [ROUNDS [SECONDS]]]      (build/release/bin/socketcluster, 5, 4)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program=${1:-build/release/bin/socketcluster}
rounds=${2:-5}
seconds=${3:-4}
nginx=$(PATH=$PATH:/usr/sbin command -v nginx || true)
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
touch -d '1 hour ago' "$work"/files/*
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key" -out "$work/cert" \
  -subj /CN=localhost -days 30 2>/dev/null
chmod -R a+rX "$work"

ours=18443 theirs=18444
cat >"$work/nginx.conf" <<END
worker_processes 1;
daemon off;
master_process off;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3;
  uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
  server {
    listen 127.0.0.1:$theirs ssl; root $work/files;
    ssl_certificate $work/cert; ssl_certificate_key $work/key; ssl_protocols TLSv1.2 TLSv1.3;
  }
}
END
"$nginx" -c "$work/nginx.conf" -p "$work" -e "$work/error.log" &
servers+=($!)
"$program" start -w 0 -p "$ours" --host 127.0.0.1 --public "$work/files" --log-level 0 --protocol https \
  --protocol-options "{\"key\": \"$work/key\", \"cert\": \"$work/cert\"}" &
servers+=($!)
for port in "$ours" "$theirs"; do
  for ((i = 0; i < 100; i++)); do
    if curl -sfk -o /dev/null "https://127.0.0.1:$port/small.bin"; then break; fi
    sleep 0.1
  done
done

cpu_us() { # PID
  awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); split($0, f, " "); printf "%.0f", (f[12] + f[13]) * 1e6 / hz }' "/proc/$1/stat"
}
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# Appends CPU microseconds per request and requests per second.
measure() { # SERVER PORT PID HEADER
  local before after out
  before=$(cpu_us "$3")
  out=$(wrk -t 1 -c 32 -d "${seconds}s" -H "$4" "https://127.0.0.1:$2/small.bin")
  after=$(cpu_us "$3")
  awk -v cpu=$((after - before)) '/ requests in / { print cpu / $1 }' <<<"$out" >>"$work/$1.cpu"
  awk '/^Requests\/sec:/ { print $2 }' <<<"$out" >>"$work/$1.rate"
}

echo "| work | ours, CPU us | nginx, CPU us | ratio | ours, 1/s | nginx, 1/s | ratio |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for what in 'new connection|Connection: close' 'request|X-None: 1'; do
  rm -f "$work"/*.cpu "$work"/*.rate
  for ((round = 0; round < rounds; round++)); do
    measure ours "$ours" "${servers[1]}" "${what#*|}"
    measure theirs "$theirs" "${servers[0]}" "${what#*|}"
  done
  awk -v what="${what%|*}" -v a="$(median <"$work/ours.cpu")" -v b="$(median <"$work/theirs.cpu")" \
    -v c="$(median <"$work/ours.rate")" -v d="$(median <"$work/theirs.rate")" \
    'BEGIN { printf "| %s | %.1f | %.1f | %.2f | %.0f | %.0f | %.2f |\n", what, a, b, a / b, c, d, c / d }'
done
