// One object for all clients.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_ONLY_ONE_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_ONLY_ONE_H_

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/managed_type.h"

namespace someos::multiprocessing {

// A type of which a server has one object: whoever creates `type_id` gets a proxy of it. It is made
// by the first client that asks for it, as `type` makes it, and lives until Serve returns. This
// is how programs that are not each other's children find what they share; in Python,
// register("get_queue", callable=lambda: queue).
//
//   types.Register(OnlyOne("get_queue", *types.Find("Queue")));
ManagedType OnlyOne(absl::string_view type_id, const ManagedType& type);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_ONLY_ONE_H_
