"""What the worker in C++ has, as Python sees it: only the names are used."""

import sys


def _in_cpp(*args, **kwargs):
    raise AssertionError("a function of the worker in C++ runs in Python")


def square(x):
    _in_cpp()


def echo(*args, **kwargs):
    _in_cpp()


def fail(kind=""):
    _in_cpp()


def not_picklable():
    _in_cpp()


def zeros(size):
    _in_cpp()


def store(value):
    _in_cpp()


def load(ignored=None):
    _in_cpp()


def process_id(ignored=None):
    _in_cpp()


def die(ignored=None):
    _in_cpp()


def unknown(x):
    _in_cpp()


def in_python():
    sys.exit(5)
