// A chat server as a Python program would have it; beside each part, that program.

#include <signal.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "someos/api/select.h"
#include "someos/testing/python/socket.h"

namespace {

using someos::python::Socket;
namespace select = someos::select;

int Serve() {
  auto server = Socket::CreateServer();          // server = socket.create_server(("127.0.0.1", 0))
  std::cout << server->Port() << std::endl;      // print(server.getsockname()[1], flush=True)
  std::vector<std::shared_ptr<Socket>> clients;  // clients = []
  while (true) {                                 // while True:
    auto watched = clients;
    watched.push_back(server);
    auto ready = select::Select(
        watched, {}, {});  //     readable, _, _ = select.select(clients + [server], [], [])
    if (!ready.ok()) {
      std::cerr << ready.status() << "\n";
      return 1;
    }
    for (const auto& sock : ready->readable) {  //     for sock in readable:
      if (sock == server) {                     //         if sock is server:
        clients.push_back(server->Accept());    //             clients.append(server.accept()[0])
        continue;                               //             continue
      }
      std::string data = sock->Recv(4096);  //         data = sock.recv(4096)
      if (data.empty()) {                   //         if not data:
        clients.erase(std::find(clients.begin(), clients.end(), sock));  //  clients.remove(sock)
        continue;                                                        //             continue
      }
      for (const auto& other : clients) {  //         for other in clients:
        if (other != sock)
          other->SendAll(data);  //             if other is not sock: other.sendall(data)
      }
    }
  }
}

}  // namespace

int main() {
  signal(SIGPIPE, SIG_IGN);  // as Python does
  return Serve();
}
