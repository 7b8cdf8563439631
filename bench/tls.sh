#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# TLS beside nginx: new connections with a full handshake each, and requests on connections that stay; one
# process each, the same certificate (ECDSA, P-256), the same file and the same `wrk`, one server after the
# other in each round. Prints medians of CPU time per request, which the client's own need for CPU does not
# disturb, and of requests per second. Needs wrk, openssl and nginx (Debian's nginx-light).
#
#   bench/tls.sh [PROGRAM [ROUNDS [SECONDS]]]      (build/release/bin/socketcluster, 5, 4)
#
# SC_NGINX names another executable than the one in PATH or /usr/sbin.
# shellcheck source=bench/beside_nginx.sh
source "$(dirname "${BASH_SOURCE[0]}")/beside_nginx.sh"

make_file small.bin 1024
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key" -out "$work/cert" \
  -subj /CN=localhost -days 30 2>/dev/null
start_servers https ssl "ssl_certificate $work/cert; ssl_certificate_key $work/key; ssl_protocols TLSv1.2 TLSv1.3;" \
  --protocol https --protocol-options "{\"key\": \"$work/key\", \"cert\": \"$work/cert\"}"

cpu_us() { # PID
  awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); split($0, f, " "); printf "%.0f", (f[12] + f[13]) * 1e6 / hz }' "/proc/$1/stat"
}

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
    measure ours "$ours" "$our_pid" "${what#*|}"
    measure theirs "$theirs" "$their_pid" "${what#*|}"
  done
  awk -v what="${what%|*}" -v a="$(median <"$work/ours.cpu")" -v b="$(median <"$work/theirs.cpu")" \
    -v c="$(median <"$work/ours.rate")" -v d="$(median <"$work/theirs.rate")" \
    'BEGIN { printf "| %s | %.1f | %.1f | %.2f | %.0f | %.0f | %.2f |\n", what, a, b, a / b, c, d, c / d }'
done
