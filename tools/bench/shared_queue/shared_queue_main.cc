// Compares queues in shared memory, of messages of 64 bytes, with Boost.Interprocess's
// message_queue.
//
//   shared_queue [ROUNDS [alone|stream [CONTENDER]]]
//
// Prints, for each contender, nanoseconds for a message, and the ratio to Boost's, or to the first
// one: "alone" of a thread that sends and receives in turn, "stream" of a process that sends to
// another one, both of which sleep where they have to wait. The best of the rounds, in which all
// take turns.

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SOMEOS_HAS_BOOST
#include <boost/interprocess/ipc/message_queue.hpp>
#endif

#include <cstddef>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/queues/shared_queue.h"
#include "someos/tools/bench/threading/compare.h"

namespace someos {
namespace {

constexpr size_t kCapacity = 1024;
constexpr int kMessages = 20'000;

struct Message {
  char bytes[64];
};

void Must(bool condition) {
  if (!condition) std::abort();
}

class Values {
 public:
  void Send(const Message& message) { Must(queue_.Send(message).ok()); }
  void Receive(Message& message) { message = *queue_.Receive(); }

 private:
  multiprocessing::SharedQueue<Message> queue_ =
      *multiprocessing::SharedQueue<Message>::Create(kCapacity);
};

class Bytes {
 public:
  void Send(const Message& message) {
    Must(queue_.Send(absl::string_view(message.bytes, sizeof(message.bytes))).ok());
  }
  void Receive(Message& message) {
    Must(queue_.Receive()->copy(message.bytes, sizeof(message.bytes)) == sizeof(message.bytes));
  }

 private:
  multiprocessing::SharedBytesQueue queue_ =
      *multiprocessing::SharedBytesQueue::Create(kCapacity * (sizeof(Message) + 4));
};

#ifdef SOMEOS_HAS_BOOST
// As in the documentation's "Message Queue" example.
class Boost {
 public:
  Boost() { boost::interprocess::message_queue::remove(name_.c_str()); }
  ~Boost() { boost::interprocess::message_queue::remove(name_.c_str()); }

  void Send(const Message& message) { queue_.send(&message, sizeof(message), 0); }
  void Receive(Message& message) {
    boost::interprocess::message_queue::size_type size;
    unsigned int priority;
    queue_.receive(&message, sizeof(message), size, priority);
  }

 private:
  const std::string name_ = "someos_bench_" + std::to_string(getpid());
  boost::interprocess::message_queue queue_{boost::interprocess::create_only, name_.c_str(),
                                            kCapacity, sizeof(Message)};
};
#endif

template <typename Queue>
double Alone() {
  Queue queue;
  Message message = {};
  const double start = Now();
  for (int i = 0; i < kMessages; ++i) {
    queue.Send(message);
    queue.Receive(message);
  }
  return (Now() - start) / kMessages;
}

template <typename Queue>
double Stream() {
  Queue queue;
  Message message = {};
  const double start = Now();
  const pid_t sender = fork();
  Must(sender >= 0);
  if (sender == 0) {
    for (int i = 0; i < kMessages; ++i) queue.Send(message);
    _exit(0);
  }
  for (int i = 0; i < kMessages; ++i) queue.Receive(message);
  const double time = (Now() - start) / kMessages;
  Must(waitpid(sender, nullptr, 0) == sender);
  return time;
}

void Run(const Choice& choice) {
  Compare(choice, "alone",
          {
#ifdef SOMEOS_HAS_BOOST
              {"boost", Alone<Boost>},
#endif
              {"SharedQueue", Alone<Values>},
              {"SharedBytesQueue", Alone<Bytes>},
          });
  Compare(choice, "stream",
          {
#ifdef SOMEOS_HAS_BOOST
              {"boost", Stream<Boost>},
#endif
              {"SharedQueue", Stream<Values>},
              {"SharedBytesQueue", Stream<Bytes>},
          });
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) { someos::Run(someos::ParseChoice(argc, argv)); }
