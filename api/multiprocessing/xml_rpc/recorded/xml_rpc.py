# -*- coding: utf-8 -*-
"""How Python's managers write values with serializer="xmlrpclib".

  xml_rpc.py    prints lines: the version, the XML in hex, and what Python 3 reads from it, as it prints it
"""
from __future__ import print_function

import binascii
import platform
import sys

try:
    import xmlrpc.client as xmlrpclib
except ImportError:
    import xmlrpclib

VALUES = [
    None, True, False, 0, -1, 2**31 - 1, -2**31,
    0.0, -0.0, 2.25, 1e300, 1e-300, 0.1, float("inf"), float("-inf"),
    u"", u"plain", u"<&>'\"", u"\t\n", u" ends ", u"hall\xe5", u"\u20ac\U0001f600", u"]]>",
    bytearray(b""), bytearray(b"hall\xe5"), bytearray(range(256)),
    (), [], (1,), [1, [2, (3, [])]], {}, {u"a": 1}, {u"<&>": [{u"\u20ac": None}]},
    (u"0x7f", u"get", (), {}), (u"#RETURN", (u"7f0c", (u"empty", u"full", u"get"))),
]


def read(value):
    if isinstance(value, xmlrpclib.Binary):
        return value.data
    if isinstance(value, list):
        return [read(item) for item in value]
    if isinstance(value, dict):
        return {key: read(item) for key, item in value.items()}
    return value


def main():
    for value in VALUES:
        if isinstance(value, bytearray):
            value = xmlrpclib.Binary(bytes(value))
        xml = xmlrpclib.dumps((value,), None, None, None, 1)
        (again,), _ = xmlrpclib.loads(xml)
        shown = repr(read(again)) if sys.version_info[0] > 2 else ""
        sent = xml if isinstance(xml, bytes) else xml.encode("utf-8")
        print("%s\t%s\t%s" % (platform.python_version(), binascii.hexlify(sent).decode("ascii"), shown))


if __name__ == "__main__":
    main()
