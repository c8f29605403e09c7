// Arrays and scalars of numpy: the worked example of converters for classes that this library does
// not know.

#ifndef SOMEOS_API_MULTIPROCESSING_CONVERTERS_NUMPY_NUMPY_ARRAY_H_
#define SOMEOS_API_MULTIPROCESSING_CONVERTERS_NUMPY_NUMPY_ARRAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "someos/api/multiprocessing/converters/py_converters.h"

namespace someos::multiprocessing {

// What the bytes of an item are: numpy's dtype of a plain type.
struct NumpyType {
  char kind = 'f';          // 'b' bool, 'i' signed, 'u' unsigned, 'f' float
  int size = 8;             // bytes of an item: 1, 2, 4, 8
  bool big_endian = false;  // of more than a byte
};

// A numpy.ndarray; with an empty shape, one item.
struct NumpyArray {
  NumpyType type;
  std::vector<int64_t> shape;  // none is negative
  bool fortran_order = false;  // the first index changes first, not the last one
  std::string bytes;           // of all items, as type and order say
};

// Adds the converter of NumpyArray to `converters`. It reads arrays and scalars that numpy 1 and 2
// have pickled in any protocol but with out-of-band buffers, and writes arrays that both read.
//
// Refuses, with a TypeError: dtypes of objects, text, dates, records and others that are not plain.
// With a ValueError: bytes that are more or fewer than shape and type say.
void RegisterNumpyArrays(PyConverters& converters);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONVERTERS_NUMPY_NUMPY_ARRAY_H_
