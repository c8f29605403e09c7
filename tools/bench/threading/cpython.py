#!/usr/bin/env python3
"""CPython's threading on the workloads of threading_main.cc and pools_main.cc: nanoseconds, the best of 9 rounds."""

import concurrent.futures
import sys
import threading
import time


def best(work, operations):
    """The time of an operation, of which work() makes so many."""
    rounds = []
    for _ in range(9):
        start = time.perf_counter_ns()
        work()
        rounds.append((time.perf_counter_ns() - start) / operations)
    return min(rounds)


def report(workload, nanoseconds):
    print(f"{workload:32}{nanoseconds:12.1f} ns")


def lock_and_unlock(lock):
    for _ in range(100_000):
        lock.acquire()
        lock.release()


def ping_pong(passes=5_000):
    ping, pong = threading.Event(), threading.Event()

    def play():
        for _ in range(passes):
            ping.wait()
            ping.clear()
            pong.set()

    other = threading.Thread(target=play)
    other.start()
    for _ in range(passes):
        ping.set()
        pong.wait()
        pong.clear()
    other.join()


def start_and_join():
    for _ in range(1_000):
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()


def tasks():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(int) for _ in range(5_000)]:
            future.result()


def main():
    print(sys.version.split()[0])
    report("lock+unlock, Lock", best(lambda: lock_and_unlock(threading.Lock()), 100_000))
    report("lock+unlock, RLock", best(lambda: lock_and_unlock(threading.RLock()), 100_000))
    report("ping-pong by Event", best(ping_pong, 10_000))
    report("start+join", best(start_and_join, 1_000))
    report("empty task", best(tasks, 5_000))


if __name__ == "__main__":
    main()
