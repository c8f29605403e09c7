// Python's levels of log messages.

#ifndef SOMEOS_API_MULTIPROCESSING_LOGGING_LOG_LEVEL_H_
#define SOMEOS_API_MULTIPROCESSING_LOGGING_LOG_LEVEL_H_

namespace someos::multiprocessing {

inline constexpr int kNotSet = 0;
inline constexpr int kSubDebug = 5;  // multiprocessing's own
inline constexpr int kDebug = 10;
inline constexpr int kInfo = 20;
inline constexpr int kSubWarning = 25;  // multiprocessing's own
inline constexpr int kWarning = 30;
inline constexpr int kError = 40;
inline constexpr int kCritical = 50;

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_LOGGING_LOG_LEVEL_H_
