# SPDX-License-Identifier: MIT
# What the comparisons with nginx share; sourced by them. Leaves the folder of the project as the working directory.
# Arguments: [PROGRAM [ROUNDS [SECONDS]]]. Sets program, rounds, seconds, work (a folder that goes with the script),
# ours and theirs (ports), our_pid and their_pid.
# shellcheck shell=bash disable=SC2034 # some are used by the scripts only
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
ours=18081 theirs=18082

mkdir "$work/files"
make_file() { # NAME BYTES
  head -c "$2" /dev/urandom >"$work/files/$1"
  touch -d '1 hour ago' "$work/files/$1"
}

# Both serve the files, each with one process.
start_servers() { # SCHEME LISTEN-WORDS NGINX-LINES OUR-ARGUMENT...
  local scheme=$1 listen=$2 lines=$3
  shift 3
  chmod -R a+rX "$work"
  cat >"$work/nginx.conf" <<END
daemon off;
master_process off;
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
  server { listen 127.0.0.1:$theirs $listen; root $work/files; $lines }
}
END
  "$nginx" -c "$work/nginx.conf" -p "$work" -e "$work/error.log" &
  their_pid=$!
  "$program" start -w 0 -p "$ours" --host 127.0.0.1 --public "$work/files" --log-level 0 "$@" >/dev/null &
  our_pid=$!
  servers=("$their_pid" "$our_pid")
  local port tries
  for port in "$ours" "$theirs"; do
    for ((tries = 0; tries < 100; tries++)); do
      if curl -sfk -o /dev/null "$scheme://127.0.0.1:$port/small.bin"; then break; fi
      sleep 0.1
    done
  done
}

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
