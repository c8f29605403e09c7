"""Run by an interpreter, any from 2.7 on: how it pickles objects, and what it makes of pickles of objects.

  objects.py record            prints lines: version/protocol, pickle in hex, expression
  objects.py load FILE         of lines: pickle in hex, expression; checks that each pickle is the object; prints how many are
"""
import binascii
import collections
import datetime
import decimal
import fractions
import pickle
import sys
import uuid

PYTHON2 = sys.version_info[0] == 2
if PYTHON2:
    import cPickle as pickle

# Expressions in the form that the test prints objects in.
ALL = """\
datetime.datetime(2019, 3, 1, 23, 59, 58, 999999)
datetime.datetime(1, 1, 1, 0, 0, 0, 0)
datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)
datetime.datetime(1919, 2, 28, 7, 8, 9, 16)
datetime.datetime(2000, 2, 29, 0, 0, 0, 65536)
datetime.date(2019, 3, 1)
datetime.date(1919, 2, 28)
datetime.timedelta(0, 0, 0)
datetime.timedelta(-1, 5, 7)
datetime.timedelta(999999999, 86399, 999999)
datetime.timedelta(-999999999, 0, 0)
decimal.Decimal('-1.50')
decimal.Decimal('0E+30')
decimal.Decimal('1E-7')
decimal.Decimal('-0')
decimal.Decimal('NaN123')
decimal.Decimal('sNaN')
decimal.Decimal('-Infinity')
fractions.Fraction(-3, 4)
fractions.Fraction(5, 1)
fractions.Fraction(100000000000000000000000000001, 100000000000000000000)
uuid.UUID('00000000-0000-0000-0000-000000000000')
uuid.UUID('00000000-0000-0000-0000-000000000080')
uuid.UUID('12345678-1234-5678-1234-567812345678')
uuid.UUID('ffffffff-ffff-ffff-ffff-fffffffffffe')
collections.deque([])
collections.deque([1, 'a', (2,)])
collections.deque([1, 2], 3)
collections.deque([], 0)
collections.OrderedDict([])
collections.OrderedDict([('b', 1), ('a', [2]), (3, None)])
"""
PYTHON3 = """\
datetime.datetime(2019, 3, 1, 0, 0, 0, 0, tzinfo=datetime.timezone.utc)
"""
# Protocols below 4 leave the fold out.
FOLD = """\
datetime.datetime(2019, 10, 27, 1, 30, 0, 0, fold=1)
datetime.datetime(2019, 12, 1, 1, 30, 0, 0, fold=1, tzinfo=datetime.timezone.utc)
"""


def expressions(protocol):
    if PYTHON2:
        return ALL.splitlines()
    return (ALL + PYTHON3 + (FOLD if protocol > 3 else "")).splitlines()


def record():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for expression in expressions(protocol):
            data = pickle.dumps(eval(expression), protocol)
            print("%d.%d/%d\t%s\t%s" % (sys.version_info[:2] + (protocol, binascii.hexlify(data).decode("ascii"), expression)))


def same(value, expected):
    if type(value) is not type(expected):
        return False
    if isinstance(value, decimal.Decimal):
        return str(value) == str(expected)
    if isinstance(value, datetime.datetime):
        if getattr(value, "fold", 0) != getattr(expected, "fold", 0) or value.tzinfo != expected.tzinfo:
            return False
    if isinstance(value, uuid.UUID) and hash(value) != hash(expected):
        return False
    return value == expected and getattr(value, "maxlen", None) == getattr(expected, "maxlen", None)


def load(path):
    good = 0
    for line in open(path):
        data, expression = line.rstrip("\n").split("\t")
        value = pickle.loads(binascii.unhexlify(data))
        if same(value, eval(expression)):
            good += 1
        else:
            print("%s is %r" % (expression, value))
    print("good %d" % good)


if __name__ == "__main__":
    if sys.argv[1] == "record":
        record()
    else:
        load(sys.argv[2])
