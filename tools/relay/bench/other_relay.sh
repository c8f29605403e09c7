#!/bin/sh
# other_relay.sh NAME PARTS DIRECTORY PORT UPSTREAM: becomes haproxy or nginx, with one thread, which relays what
# connects to PORT of loopback to UPSTREAM. PARTS is what tools/bootstrap/part.sh relays prints. The configuration goes
# to DIRECTORY.
set -eu

name=$1 parts=$2 directory=$3 port=$4 upstream=$5
LD_LIBRARY_PATH=$(find "$parts" -type d -name '*-linux-gnu' | paste -sd :)
export LD_LIBRARY_PATH

case $name in
  haproxy)
    cat >"$directory/haproxy.cfg" <<END
global
  nbthread 1
  maxconn 8000
defaults
  mode tcp
  timeout connect 10s
  timeout client 1h
  timeout server 1h
listen relay
  bind 127.0.0.1:$port
  server upstream $upstream
END
    program="$parts/usr/sbin/haproxy -db -q -f $directory/haproxy.cfg"
    ;;
  nginx)
    cat >"$directory/nginx.conf" <<END
load_module $parts/usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
master_process off;
pid $directory/nginx.pid;
error_log stderr error;
events {
  use epoll;
  worker_connections 16000;
}
stream {
  server {
    listen 127.0.0.1:$port backlog=4096;
    proxy_pass $upstream;
    proxy_timeout 1h;
    proxy_half_close on;
  }
}
END
    mkdir -p "$directory/log"
    program="$parts/usr/sbin/nginx -p $directory -e stderr -c $directory/nginx.conf"
    ;;
  *)
    echo "other_relay: there is no relay $name here" >&2
    exit 2
    ;;
esac
echo "$name: listening on 127.0.0.1:$port, connecting to $upstream"
# shellcheck disable=SC2086  # its words
exec $program
