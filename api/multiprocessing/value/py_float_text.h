// Python's repr of a float. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_FLOAT_TEXT_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_FLOAT_TEXT_H_

#include <string>

namespace someos::multiprocessing::internal {

// The shortest digits that read back as `value`: "0.1", "1e+16", "-inf", "nan".
std::string FloatText(double value);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_FLOAT_TEXT_H_
