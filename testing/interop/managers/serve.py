"""A manager's server for clients in C++: SyncManager's types and a class of its own.

serve.py KEY [SERIALIZER]: prints the port on loopback that it serves at, and ends by a client's shutdown.
"""

from __future__ import print_function

import sys
from multiprocessing.managers import SyncManager


class Account(object):
    def __init__(self, balance=0):
        self.balance = balance

    def deposit(self, amount, note=None):
        if amount < 0:
            raise ValueError("negative amount")
        self.balance += amount
        return self.balance if note is None else (self.balance, note)

    def open_child(self):
        return Account(self.balance)

    def unpicklable(self):
        return lambda: None


class Manager(SyncManager):
    pass


Manager.register("Account", Account, exposed=("deposit", "open_child", "unpicklable"),
                 method_to_typeid={"open_child": "Account2"})
Manager.register("Account2", exposed=("deposit",), create_method=False)

if __name__ == "__main__":
    server = Manager(("127.0.0.1", 0), sys.argv[1].encode("ascii"), *sys.argv[2:]).get_server()
    print(server.address[1])
    sys.stdout.flush()
    server.serve_forever()
