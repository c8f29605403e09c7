// A queue, a dict and an object of one's own, shared with programs in Python: share.py is one.

#include <iostream>
#include <memory>

#include "someos/api/multiprocessing/managers.h"

namespace mp = someos::multiprocessing;

struct Thermometer {
  double degrees = 20;
};

absl::StatusOr<mp::PyValue> Heat(Thermometer& self, const mp::Arguments& arguments) {
  auto bound = arguments.Bind("heat", {"degrees"}, 1);
  if (!bound.ok()) return bound.status();
  auto degrees = (*bound)[0]->AsFloat();
  if (!degrees.ok()) return degrees.status();  // Python gets a TypeError
  return mp::PyValue(self.degrees += *degrees);
}

int main() {
  mp::ManagedClass<Thermometer> thermometer("Thermometer");
  thermometer.Constructor([](const mp::Arguments&) { return std::make_shared<Thermometer>(); })
      .Method("heat", Heat);
  mp::ManagedTypes types = mp::SyncTypes();
  types.Register(mp::OnlyOne("get_queue", *types.Find("Queue")));
  types.Register(mp::OnlyOne("get_dict", *types.Find("dict")));
  types.Register(mp::OnlyOne("get_thermometer", thermometer.Type()));
  auto server = mp::ManagerServer::Create(mp::Address::Inet("127.0.0.1", 0), "a secret", types);
  if (!server.ok()) {
    std::cerr << server.status() << "\n";
    return 1;
  }
  std::cout << (*server)->address().port() << std::endl;
  return (*server)->Serve().ok() ? 0 : 1;  // until a client asks for a shutdown
}
