#!/usr/bin/env python3
"""echo_through_relay.py COMMAND...: runs the relay, which COMMAND starts, in front of an echo server of its own, and fails unless
each of 60 clients, then of 500, all connected at once, gets back every byte that it has sent, and then the end."""

import asyncio
import os
import signal
import subprocess
import sys

# How many clients, and how much each of them sends.
ROUNDS = ((60, 256 * 1024), (500, 32 * 1024))
PATIENCE = 500  # seconds for a round; an emulator on a busy machine is slow


async def echo(reader, writer):
    while block := await reader.read(65536):
        writer.write(block)
        await writer.drain()
    writer.close()


async def send(writer, content):
    writer.write(content)
    await writer.drain()
    writer.write_eof()


async def converse(streams, content):
    """Whether everything came back. Sends and receives at once: neither side holds all of it."""
    reader, writer = streams
    _, received = await asyncio.gather(send(writer, content), reader.read(-1))
    writer.close()
    return received == content


async def try_clients(port, clients, size):
    """What is wrong, or None."""
    streams = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(clients)))
    whole = await asyncio.gather(*(converse(each, os.urandom(size)) for each in streams))
    print(f"{sum(whole)} of {clients} clients got back their {size} bytes", flush=True)
    return None if all(whole) else f"{clients} clients: not every byte came back"


async def try_relay():
    server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=1000)
    upstream = server.sockets[0].getsockname()[1]
    command = sys.argv[1:] + ["--listen", "127.0.0.1:0", "--connect", f"127.0.0.1:{upstream}"]
    # A group of its own: an emulator may be a script, which does not pass on what ends it.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as relay:
        try:
            first = await asyncio.wait_for(asyncio.to_thread(relay.stdout.readline), PATIENCE)
            print(first, end="", flush=True)
            port = int(first.split("listening on ")[1].split(",")[0].rsplit(":", 1)[1])
            for clients, size in ROUNDS:
                wrong = await asyncio.wait_for(try_clients(port, clients, size), PATIENCE)
                if wrong:
                    return wrong
        finally:
            os.killpg(relay.pid, signal.SIGKILL)
    return None


if __name__ == "__main__":
    sys.exit(asyncio.run(try_relay()))
