"""The other end of connection_interop_test, for Python 2.7 to 3.14.

peer.py ADDRESS KEY: connects to ADDRESS and does what it is told (exercise), then listens itself, sends its address
through the first connection, and does the same with whoever connects, for AF_UNIX and for AF_INET. KEY is in hexadecimal.
peer.py ADDRESS KEY once: connects, and prints what comes of it.
"""

import binascii
import os
import sys
from multiprocessing import AuthenticationError
from multiprocessing import reduction
from multiprocessing.connection import Client, Listener


def exercise(connection):
    """Echoes messages of bytes up to an empty one, objects up to None, and descriptors, as often as 1 and 0 say."""
    while True:
        message = connection.recv_bytes()
        connection.send_bytes(message)
        if not message:
            break
    while True:
        value = connection.recv()
        connection.send(value)
        if value is None:
            break
    while connection.recv() == 1:
        received = reduction.recv_handle(connection)
        connection.send_bytes(os.read(received, 100))
        reader, writer = os.pipe()
        os.write(writer, b"from python")
        reduction.send_handle(connection, reader, os.getppid())
        for descriptor in received, reader, writer:
            os.close(descriptor)


def main(address, key, once=None):
    if once:
        try:
            Client(address, authkey=key)
            print("connected")
        except (AuthenticationError, EOFError) as error:
            print("%s: %s" % (type(error).__name__, error))
        return
    first = Client(address, authkey=key)
    exercise(first)
    for family in "AF_UNIX", "AF_INET":
        listener = Listener(None, family, authkey=key)
        first.send(listener.address)
        exercise(listener.accept())
        listener.close()
    print("done")


main(sys.argv[1], binascii.unhexlify(sys.argv[2]), *sys.argv[3:])
