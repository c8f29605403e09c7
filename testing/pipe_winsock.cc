#include <utility>

#include "someos/testing/pipe.h"
#include "someos/testing/socket_pair.h"

namespace someos {

Pipe::Pipe() {
  SocketPair pair;
  reader = std::move(pair.near);
  writer = std::move(pair.far);
}

}  // namespace someos
