"""Run by an interpreter, any from 2.7 on: what it pickles, and what it makes of pickles.

  interpreter.py record            prints lines: version/protocol, pickle in hex, expression, its repr
  interpreter.py load FILE         of lines: pickle in hex, repr of Python 3; checks that each pickle is the value; prints how many are
  interpreter.py globals           prints how Python 3 translates names: its _compat_pickle
"""
import binascii
import pickle
import sys

PYTHON2 = sys.version_info[0] == 2
if PYTHON2:
    import cPickle as pickle

# Expressions that all versions evaluate to equal values, and print in the same way.
VALUES = """\
None
True
False
0
1
255
256
65535
65536
-1
2**31 - 1
2**31
-2**31
-2**31 - 1
2**63 - 1
2**63
-2**63
-2**63 - 1
2**70
-2**100
2**2100
0.0
-0.0
1.5
0.1
1e300
1e-05
1e+16
float('inf')
float('-inf')
float('nan')
u''
u'abc'
u"it's"
u'"quoted" and \\'quoted\\''
u'back\\\\slash \\\\u0041 \\n\\r\\t\\x00\\x1a\\x7f'
u'\\xe9\\u20ac\\U0001f600'
u'a' * 300
b'\\xff\\x00\\n'
b'\\xe9' * 300
bytearray(b'')
bytearray(b'a\\xff')
()
(1,)
(1, 2)
(1, 2, 3)
(1, 2, 3, 4)
[]
[1]
[1, u'a', None, [2.5, ()]]
[None] * 1001
{}
{u'a': 1}
{1: {2: {3: (4, [5])}}}
set()
set([1, 2, 3])
frozenset()
frozenset([1])
set([frozenset([(1, frozenset([2]))])])
(lambda x: [x, x, (x, x)])([1])
(lambda x: {1: x, 2: x})(u'shared')
"""


def protocols():
    return range(pickle.HIGHEST_PROTOCOL + 1)


def record():
    version = "%d.%d" % sys.version_info[:2]
    for expression in VALUES.splitlines():
        value = eval(expression)
        text = expression if PYTHON2 else repr(value)
        for protocol in protocols():
            data = pickle.dumps(value, protocol)
            print("%s/%d\t%s\t%s\t%s" % (version, protocol, binascii.hexlify(data).decode("ascii"), expression, text))


def load(path):
    import __future__
    import io
    good = 0
    with io.open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            data, text = line.rstrip("\n").split("\t")
            value = pickle.loads(binascii.unhexlify(data))
            names = {"inf": float("inf"), "nan": float("nan")}
            flags = __future__.unicode_literals.compiler_flag if PYTHON2 else 0
            source = (u"# -*- coding: utf-8 -*-\n" + text).encode("utf-8") if PYTHON2 else text
            code = compile(source, "<text>", "eval", flags, True)
            expected = eval(code, names)
            same = value == expected or value != value and expected != expected
            if not same or not PYTHON2 and repr(value) != text:
                print("%s is %r" % (text.encode("unicode_escape"), value))
            else:
                good += 1
    print("good %d" % good)


def translations():
    import _compat_pickle
    for (module, name), (module3, name3) in sorted(_compat_pickle.NAME_MAPPING.items()):
        print("%s %s %s %s" % (module, name, module3, name3))
    for module, module3 in sorted(_compat_pickle.IMPORT_MAPPING.items()):
        print("%s anything %s anything" % (module, module3))


if __name__ == "__main__":
    if sys.argv[1] == "record":
        record()
    elif sys.argv[1] == "globals":
        translations()
    else:
        load(sys.argv[2])
