#!/usr/bin/env bash
# A PostgreSQL of our own for tests and benchmarks: tools/postgres.sh start DIR prints its address; stop DIR ends it;
# restart DIR lets it fall and brings it back on its port.
# UTF-8 with C.UTF-8, as the storage rules ask. Installs Debian's package when no server is there (needs root or sudo).
set -euo pipefail
action=${1:?start, restart or stop}; dir=${2:?folder}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ] && command -v initdb >/dev/null; then bin=$(dirname "$(command -v initdb)"); fi
as_root=""; [ "$(id -u)" = 0 ] || as_root=sudo
if [ -z "$bin" ]; then
  $as_root apt-get update -qq >&2 && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >&2
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
fi
run() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
case $action in
  start)
    mkdir -p "$dir"; [ "$(id -u)" != 0 ] || chown postgres "$dir"
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    run "$bin/initdb" -D "$dir/data" -U lianxin -A trust -E UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }
    run "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/server.log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=256MB -c max_connections=60" start >&2
    run "$bin/createdb" -h 127.0.0.1 -p "$port" -U lianxin lianxin
    echo "postgresql://lianxin@127.0.0.1:$port/lianxin"
    ;;
  restart) run "$bin/pg_ctl" -D "$dir/data" -w -m immediate -l "$dir/server.log" restart >&2 ;;
  stop) run "$bin/pg_ctl" -D "$dir/data" -m fast stop >&2 || true ;;
  *) echo "tools/postgres.sh: start, restart or stop, not $action" >&2; exit 2 ;;
esac
