"""Run by an interpreter with numpy: how it pickles arrays and scalars.

  numpy_arrays.py    prints lines: numpy's version/protocol, pickle in hex, what it is: dtype, shape, items as Python prints them
"""
import binascii
import pickle
import sys

import numpy

ARRAYS = """\
numpy.arange(6, dtype='<i4').reshape(2, 3)
numpy.asfortranarray(numpy.arange(6, dtype='<i4').reshape(2, 3))
numpy.array([1.5, float('inf'), -0.0], dtype='<f8')
numpy.array([1.5, 2.5], dtype='>f8')
numpy.array([1, 2], dtype='>u2')
numpy.array([True, False])
numpy.array([0.5], dtype='<f4')
numpy.array([1, -1], dtype='i1')
numpy.array([2**64 - 1], dtype='<u8')
numpy.zeros((0, 3), dtype='<i8')
numpy.array(7, dtype='<i8')
numpy.float64(1.5)
numpy.int32(-7)
numpy.bool_(True)
"""


def main():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for expression in ARRAYS.splitlines():
            value = eval(expression)
            data = pickle.dumps(value, protocol)
            array = numpy.asarray(value)
            text = "%s %s %s" % (array.dtype.str, list(array.shape), array.flatten().tolist())
            print("%s/%d\t%s\t%s" % (numpy.__version__, protocol, binascii.hexlify(data).decode("ascii"), text))


main()
