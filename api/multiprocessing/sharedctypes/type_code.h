// Python's codes of types in shared memory: the "i" of Value("i", 7).

#ifndef SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_TYPE_CODE_H_
#define SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_TYPE_CODE_H_

#include <type_traits>

namespace someos::multiprocessing {

namespace internal {

template <typename T>
constexpr char IntegerCode() {
  if constexpr (std::is_same_v<T, signed char>) return 'b';
  if constexpr (std::is_same_v<T, unsigned char>) return 'B';
  if constexpr (std::is_same_v<T, short>) return 'h';           // NOLINT: as in ctypes
  if constexpr (std::is_same_v<T, unsigned short>) return 'H';  // NOLINT
  if constexpr (std::is_same_v<T, int>) return 'i';
  if constexpr (std::is_same_v<T, unsigned int>) return 'I';
  if constexpr (std::is_same_v<T, long>) return 'l';                // NOLINT
  if constexpr (std::is_same_v<T, unsigned long>) return 'L';       // NOLINT
  if constexpr (std::is_same_v<T, long long>) return 'q';           // NOLINT
  if constexpr (std::is_same_v<T, unsigned long long>) return 'Q';  // NOLINT
  return '\0';
}

}  // namespace internal

// The code for the type; '\0' for those that have none, which are ctypes.Structure in Python.
template <typename T>
constexpr char TypeCode() {
  if constexpr (std::is_same_v<T, char>) return 'c';
  if constexpr (std::is_same_v<T, wchar_t>) return 'u';
  if constexpr (std::is_same_v<T, float>) return 'f';
  if constexpr (std::is_same_v<T, double>) return 'd';
  return internal::IntegerCode<T>();
}

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_TYPE_CODE_H_
