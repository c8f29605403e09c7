# Functions that pool_interop_test.cc has called.

import sys

started = []


class Refused(Exception):
    def __init__(self, code, reason):
        super(Refused, self).__init__(code, reason)

    def __str__(self):
        return u'refused with %d: %s' % self.args


def start(name, number):
    started.append((name, number))


def describe(*args, **kwargs):
    return {'args': args, 'kwargs': kwargs, 'started': started, 'argv': len(sys.argv)}


def refuse(code):
    raise Refused(code, u'\u20ac')


def leave(code):
    raise SystemExit(code)


class Namespace(object):
    @staticmethod
    def double(value):
        return value * 2
