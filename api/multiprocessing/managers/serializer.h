// How the messages of managers are written.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_SERIALIZER_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_SERIALIZER_H_

namespace someos::multiprocessing {

// Python's `serializer` of a manager, on which its server and its clients have to agree.
enum class Serializer {
  kPickle,
  // "xmlrpclib": XML, with which Python 2.7 and 3 understand each other. Values are None, bools,
  // ints of 32 bits, floats, strs, bytes, lists and dicts with strs as keys (xml_rpc.h). There are
  // no proxies in arguments and results, and exceptions of methods are RemoteErrors.
  kXmlRpc,
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_SERIALIZER_H_
