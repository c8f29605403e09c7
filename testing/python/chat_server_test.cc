// Talks to the chat server.

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "someos/testing/python/socket.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos::python {
namespace {

// The server as a child process, which says on its standard output where it listens.
class ChatServer {
 public:
  ChatServer() {
    int ends[2];
    MustSucceed(::pipe(ends), "pipe");
    process_ = MustSucceed(fork(), "fork");
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      execl(getenv("CHAT_SERVER"), "chat_server", nullptr);
      _exit(127);
    }
    close(ends[1]);
    FILE* const output = fdopen(ends[0], "r");
    EXPECT_EQ(std::fscanf(output, "%d", &port_), 1) << "the server does not say its port";
    std::fclose(output);
  }
  ~ChatServer() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
  }

  std::shared_ptr<Socket> Join() const { return Socket::CreateConnection(port_); }

 private:
  pid_t process_;
  int port_ = 0;
};

TEST(ChatServer, TellsEveryoneElse) {
  const ChatServer server;
  const auto alice = server.Join();
  const auto bob = server.Join();
  // Bob speaks first, so that the server knows him; then Alice is known as well.
  bob->SendAll("I am Bob\n");
  EXPECT_EQ(alice->Recv(100), "I am Bob\n");
  alice->SendAll("I am Alice\n");
  EXPECT_EQ(bob->Recv(100), "I am Alice\n");
}

TEST(ChatServer, OutlivesItsClients) {
  const ChatServer server;
  const auto alice = server.Join();
  server.Join();  // and leaves at once
  const auto bob = server.Join();
  bob->SendAll("anyone?\n");  // he is known when he is heard
  EXPECT_EQ(alice->Recv(100), "anyone?\n");
  alice->SendAll("me\n");
  EXPECT_EQ(bob->Recv(100), "me\n");
}

}  // namespace
}  // namespace someos::python
