"""Run by an interpreter, any from 2.7 on: random values as pickles, and what it makes of pickles.

A value is compared by its canonical text, which the test makes in the same way: types, numbers and text exactly, dicts and sets in
the order of their keys' texts.

  peer.py write SEED COUNT FILE    appends lines to a new file: protocol, pickle in hex, canonical text; COUNT for each protocol
  peer.py read FILE                of lines: pickle in hex, canonical text; prints those that are other values, and how many are good
  peer.py judge FILE               the same for pickles that may be anything: prints for each line "same", "other TEXT", or why the
                                   pickle is refused: "global", "newer" for a protocol that it does not know, or the name of the exception
"""
import binascii
import io
import pickle
import random
import resource
import struct
import sys
from pickle import encode_long

PYTHON2 = sys.version_info[0] == 2
if PYTHON2:
    import cPickle as pickle

    text_type, integers = unicode, (int, long)
else:
    text_type, integers = str, (int,)

WORDS = [u"", u"a", u"key", u"it's", u"\n\\u0041\x00", u"\xe9", u"\u20ac", u"\U0001f600", u"x" * 256]
INTEGERS = [0, 1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, 10**30, 2**2100]
FLOATS = [0.0, -0.0, 1.0, 0.1, 1e300, 5e-324, float("inf"), float("-inf"), float("nan")]


def hexadecimal(data):
    return binascii.hexlify(data).decode("ascii")


def enclosed(opening, parts, closing):
    return opening + ",".join(parts) + closing


def canonical(value):
    if value is None:
        return "N"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, integers):
        return "i" + hexadecimal(encode_long(value))
    if isinstance(value, float):
        return "f" + ("nan" if value != value else hexadecimal(struct.pack("<d", value)))
    if isinstance(value, text_type):
        return "s" + hexadecimal(value.encode("utf-8") if PYTHON2 else value.encode("utf-8", "surrogatepass"))
    if isinstance(value, bytes):
        return "b" + hexadecimal(value)
    if isinstance(value, bytearray):
        return "B" + hexadecimal(bytes(value))
    if isinstance(value, tuple):
        return enclosed("(", map(canonical, value), ")")
    if isinstance(value, list):
        return enclosed("[", map(canonical, value), "]")
    if isinstance(value, dict):
        return enclosed("{", sorted(canonical(k) + ":" + canonical(v) for k, v in value.items()), "}")
    if isinstance(value, (set, frozenset)):
        return enclosed("<" if isinstance(value, set) else "^", sorted(map(canonical, value)), ">")
    raise TypeError(type(value))


def scalar(rng):
    kind = rng.randrange(10)
    if kind < 3:
        return rng.choice(INTEGERS) * rng.choice([1, -1]) + rng.choice([0, 0, 1, -1])
    if kind < 4:
        return rng.randrange(-(2 ** rng.randrange(1, 80)), 2 ** rng.randrange(1, 80))
    if kind < 5:
        return rng.choice(FLOATS) if rng.randrange(2) else rng.random()
    if kind < 8:
        return rng.choice(WORDS) + text_type(rng.randrange(100))
    if kind < 9:
        return bytes(bytearray(rng.randrange(256) for _ in range(rng.choice([0, 1, 5, 300]))))
    return rng.choice([None, True, False])


def hashable(rng, depth):
    if depth == 0 or rng.randrange(4):
        return scalar(rng)
    items = [hashable(rng, depth - 1) for _ in range(rng.randrange(5))]
    return tuple(items) if rng.randrange(3) else frozenset(items)


def container(rng, depth, seen):
    kind = rng.randrange(6)
    size = rng.choice([0, 1, 2, 3, 4, 9, 20]) if depth > 2 else rng.randrange(5)
    if kind == 0:
        return set(hashable(rng, depth - 1) for _ in range(size))
    if kind == 1:
        return bytearray(rng.randrange(256) for _ in range(size))
    if kind < 4:
        return dict((hashable(rng, 1), any_value(rng, depth - 1, seen)) for _ in range(size))
    items = [any_value(rng, depth - 1, seen) for _ in range(size)]
    return items if kind == 4 else tuple(items)


def any_value(rng, depth, seen):
    # A part that is there already is shared, and comes from the memo.
    if seen and rng.randrange(8) == 0:
        return rng.choice(seen)
    if depth == 0 or rng.randrange(3) == 0:
        return hashable(rng, depth)
    value = container(rng, depth, seen)
    if len(seen) < 4:
        seen.append(value)
    return value


def write(seed, count, path):
    with io.open(path, "w", encoding="ascii") as lines:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            rng = random.Random(seed + protocol)
            for _ in range(count):
                value = any_value(rng, rng.randrange(5), [])
                lines.write(u"%d\t%s\t%s\n" % (protocol, hexadecimal(pickle.dumps(value, protocol)), canonical(value)))


def read(path):
    good = 0
    with io.open(path, encoding="ascii") as lines:
        for line in lines:
            data, text = line.split()
            made = canonical(pickle.loads(binascii.unhexlify(data)))
            if made == text:
                good += 1
            else:
                print("%s is %s instead of %s" % (data, made, text))
    print("good %d" % good)


class GlobalFound(Exception):
    pass


def refuse(module, name):
    raise GlobalFound(name)


def loads_without_globals(data):
    # With peek, as files have it: without, a FRAME that ends within an opcode makes CPython lose what it has read of that.
    source = io.BufferedReader(io.BytesIO(data))
    if PYTHON2:
        unpickler = pickle.Unpickler(source)
        unpickler.find_global = refuse
        return unpickler.load()

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            refuse(module, name)

    return Unpickler(source, encoding="bytes").load()


def judge(path):
    # A place in the memo may be any number, for which CPython makes room.
    resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))
    with io.open(path, encoding="ascii") as lines:
        for line in lines:
            data, text = line.split()
            try:
                made = canonical(loads_without_globals(binascii.unhexlify(data)))
                print("same" if made == text else "other " + made)
            except GlobalFound:
                print("global")
            except Exception as error:
                newer = str(error).startswith(("invalid load key", "unsupported pickle protocol"))
                print("newer" if newer else type(error).__name__)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    elif sys.argv[1] == "read":
        read(sys.argv[2])
    else:
        judge(sys.argv[2])
