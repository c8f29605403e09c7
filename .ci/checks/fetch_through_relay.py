#!/usr/bin/env python3
"""fetch_through_relay.py COMMAND...: runs the relay, which COMMAND starts, in front of an HTTP server of its own, once with
each backend, and fails unless clients fetch through it what the server has."""

import concurrent.futures
import http.server
import os
import subprocess
import sys
import threading
import urllib.request

CONTENT = os.urandom(2_000_000)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)


def whole(address):
    return urllib.request.urlopen(f"http://{address}/").read() == CONTENT


def try_backend(poller, port):
    """What is wrong, or None."""
    command = sys.argv[1:] + ["--listen", "127.0.0.1:0", "--connect", f"127.0.0.1:{port}", "--poller", poller]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as relay:
        first = relay.stdout.readline()
        print(first, end="")
        address = first.split("listening on ")[1].split(",")[0]
        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            all_whole = all(clients.map(whole, [address] * 24))
        relay.terminate()
        if not all_whole or relay.wait() != 0:
            return f"{poller}: all whole: {all_whole}, exit code: {relay.returncode}"
    return None


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for poller in "epoll", "poll", "select":
        wrong = try_backend(poller, server.server_port)
        if wrong:
            sys.exit(wrong)


if __name__ == "__main__":
    main()
