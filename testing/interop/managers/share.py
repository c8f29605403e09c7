"""Shares a queue, a dict and an object with share.cc, at the port that it has printed."""

from __future__ import print_function

import sys
from multiprocessing.managers import BaseManager


class Manager(BaseManager):
    pass


Manager.register("get_queue")
Manager.register("get_dict")
Manager.register("get_thermometer")

manager = Manager(("127.0.0.1", int(sys.argv[1])), b"a secret")
manager.connect()
queue, table = manager.get_queue(), manager.get_dict()
queue.put(("task", 1))
table["from"] = "Python"
print(manager.get_thermometer().heat(1.5), queue.qsize(), table.get("from"))
