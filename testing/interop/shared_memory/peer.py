"""What Python does with shared memory, for shared_memory_interop_test. Called with a command and its arguments."""

import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import ShareableList, SharedMemory


def leave(memory):
    """The name stays when this process ends."""
    resource_tracker.unregister("/" + memory.name, "shared_memory")


def make():
    memory = SharedMemory(create=True, size=100)
    memory.buf[:5] = b"hello"
    leave(memory)
    print(memory.name)


def change(name):
    memory = SharedMemory(name)
    print(memory.size)
    print(bytes(memory.buf[:5]).decode())
    memory.buf[:5] = b"HELLO"
    leave(memory)


def attach(name):
    SharedMemory(name).close()


def attach_untracked(name):
    SharedMemory(name, track=False).close()


def make_list():
    made = ShareableList([-5, 1.5, True, None, "text", b"\xff\x01", 2**62])
    leave(made.shm)
    print(made.shm.name)


def change_list(name):
    there = ShareableList(name=name)
    print(ascii(list(there)))
    print(there.format)
    there[0] = "changed"
    there[-1] = 3
    leave(there.shm)


globals()[sys.argv[1]](*sys.argv[2:])
