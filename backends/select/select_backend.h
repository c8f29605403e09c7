// The select backend, for the facade and for users who depend on //backends/select directly.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_BACKEND_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_BACKEND_H_

#include "someos/api/backend.h"

namespace someos {

// SelectPoller (select_poller.h); on Windows WinsockSelectPoller (select_poller_winsock.h).
const Backend& SelectBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_BACKEND_H_
