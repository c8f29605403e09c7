#include "someos/api/multiprocessing/pickle/global_names.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {
namespace {

// Modules with another name, each with all that they contain. PEP 3108 lists them.
struct Renamed {
  absl::string_view python2;
  absl::string_view python3;
};
constexpr Renamed kModules[] = {
    {"__builtin__", "builtins"},
    {"copy_reg", "copyreg"},
    {"Queue", "queue"},
    {"SocketServer", "socketserver"},
    {"ConfigParser", "configparser"},
    {"thread", "_thread"},
    {"xmlrpclib", "xmlrpc.client"},
    {"httplib", "http.client"},
    {"Cookie", "http.cookies"},
    {"cookielib", "http.cookiejar"},
    {"urlparse", "urllib.parse"},
    {"repr", "reprlib"},
    {"HTMLParser", "html.parser"},
    {"htmlentitydefs", "html.entities"},
    {"cPickle", "pickle"},
    {"_abcoll", "collections.abc"},
};

// Single names that moved or changed, both ways.
struct Moved {
  GlobalName python2;
  GlobalName python3;
};
constexpr Moved kNames[] = {
    {{"__builtin__", "xrange"}, {"builtins", "range"}},
    {{"__builtin__", "reduce"}, {"functools", "reduce"}},
    {{"__builtin__", "intern"}, {"sys", "intern"}},
    {{"__builtin__", "unichr"}, {"builtins", "chr"}},
    {{"__builtin__", "unicode"}, {"builtins", "str"}},
    {{"__builtin__", "long"}, {"builtins", "int"}},
    {{"itertools", "izip"}, {"builtins", "zip"}},
    {{"itertools", "imap"}, {"builtins", "map"}},
    {{"itertools", "ifilter"}, {"builtins", "filter"}},
    {{"UserDict", "IterableUserDict"}, {"collections", "UserDict"}},
    {{"UserList", "UserList"}, {"collections", "UserList"}},
    {{"UserString", "UserString"}, {"collections", "UserString"}},
    {{"multiprocessing", "AuthenticationError"},
     {"multiprocessing.context", "AuthenticationError"}},
    {{"multiprocessing", "BufferTooShort"}, {"multiprocessing.context", "BufferTooShort"}},
    {{"multiprocessing", "ProcessError"}, {"multiprocessing.context", "ProcessError"}},
    {{"multiprocessing", "TimeoutError"}, {"multiprocessing.context", "TimeoutError"}},
    {{"multiprocessing.process", "Process"}, {"multiprocessing.context", "Process"}},
};
constexpr Moved kTo3Only[] = {
    {{"__builtin__", "basestring"}, {"builtins", "str"}},
    {{"exceptions", "StandardError"}, {"builtins", "Exception"}},
    {{"UserDict", "UserDict"}, {"collections", "UserDict"}},
};
// Python 3.7 and later name the class of queue.Empty by the module of its implementation.
constexpr Moved kTo2Only[] = {
    {{"Queue", "Empty"}, {"_queue", "Empty"}},
    {{"exceptions", "ImportError"}, {"builtins", "ModuleNotFoundError"}},
};

// The exceptions of both, in the order of their names.
constexpr absl::string_view kExceptions[] = {
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BufferError",
    "BytesWarning",
    "DeprecationWarning",
    "EOFError",
    "EnvironmentError",
    "Exception",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "ReferenceError",
    "RuntimeError",
    "RuntimeWarning",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
};

// What Python 2 knows as OSError.
constexpr absl::string_view kOsErrors[] = {
    "BrokenPipeError",        "ChildProcessError",    "ConnectionAbortedError", "ConnectionError",
    "ConnectionRefusedError", "ConnectionResetError", "FileExistsError",        "FileNotFoundError",
    "InterruptedError",       "IsADirectoryError",    "NotADirectoryError",     "PermissionError",
    "ProcessLookupError",     "TimeoutError",
};

bool Same(const GlobalName& a, const GlobalName& b) {
  return a.name == b.name && a.module == b.module;
}

template <typename Names>
bool IsIn(const Names& names, absl::string_view name) {
  return std::binary_search(std::begin(names), std::end(names), name);
}

}  // namespace

GlobalName Python3Name(const GlobalName& python2) {
  for (const Moved& moved : kNames) {
    if (Same(moved.python2, python2)) return moved.python3;
  }
  for (const Moved& moved : kTo3Only) {
    if (Same(moved.python2, python2)) return moved.python3;
  }
  if (python2.module == "exceptions" && IsIn(kExceptions, python2.name)) {
    return {"builtins", python2.name};
  }
  for (const Renamed& module : kModules) {
    if (module.python2 == python2.module) return {module.python3, python2.name};
  }
  return python2;
}

GlobalName Python2Name(const GlobalName& python3) {
  for (const Moved& moved : kNames) {
    if (Same(moved.python3, python3)) return moved.python2;
  }
  for (const Moved& moved : kTo2Only) {
    if (Same(moved.python3, python3)) return moved.python2;
  }
  if (python3.module == "builtins") {
    if (IsIn(kExceptions, python3.name)) return {"exceptions", python3.name};
    if (IsIn(kOsErrors, python3.name)) return {"exceptions", "OSError"};
  }
  for (const Renamed& module : kModules) {
    if (module.python3 == python3.module) return {module.python2, python3.name};
  }
  return python3;
}

}  // namespace someos::multiprocessing::internal
