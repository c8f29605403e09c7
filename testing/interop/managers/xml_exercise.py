"""Uses a manager's server with serializer="xmlrpclib", and prints what its proxies say.

  xml_exercise.py own          a server of this interpreter's
  xml_exercise.py PORT KEY     another one, with an object get_queue
"""
# -*- coding: utf-8 -*-
from __future__ import print_function

import sys
from multiprocessing.managers import BaseManager

try:
    from queue import Queue
    from xmlrpc.client import Binary
except ImportError:
    from Queue import Queue
    from xmlrpclib import Binary

QUEUE = Queue()
VALUES = [None, True, 0, -2**31, 2**31 - 1, 2.25, 1e300, u"", u"hall\xe5 v\xe4rlden", u"<&>\"' \t\n ]]>",
          u"\u043f\u0440\u0438\U0001f600", [[], [1, [2]]], {}, {u"key <&>": [{u"k": None}]}]


def get_queue():
    return QUEUE


class Manager(BaseManager):
    pass


Manager.register("get_queue", callable=get_queue)


def exercise(manager):
    queue = manager.get_queue()
    for value in VALUES:
        queue.put((value, "second"))
        print(queue.qsize(), queue.get() == [value, "second"])
    queue.put(item=Binary(b"hall\xe5"))
    print(queue.get().data == b"hall\xe5", queue.empty(), queue.full())
    try:
        queue.put({1: 2})
    except TypeError as error:
        print(error)


if __name__ == "__main__":
    if sys.argv[1] == "own":
        own = Manager(("127.0.0.1", 0), b"xml", serializer="xmlrpclib")
        own.start()
        exercise(own)
        own.shutdown()
    else:
        other = Manager(("127.0.0.1", int(sys.argv[1])), sys.argv[2].encode("ascii"), serializer="xmlrpclib")
        other.connect()
        exercise(other)
