#include "someos/tools/relay/idle_queue.h"

#include <chrono>

#include "gtest/gtest.h"

namespace someos::relay {
namespace {

using Queue = IdleQueue<const char>;

Queue::Clock::time_point At(int second) {
  return Queue::Clock::time_point(std::chrono::seconds(second));
}

TEST(IdleQueueTest, TheOneThatDidNothingForLongestComesFirst) {
  Queue queue;
  EXPECT_EQ(queue.oldest(), nullptr);
  const char a = 'a', b = 'b', c = 'c';
  const Queue::Place place_a = queue.Add(&a, At(1));
  const Queue::Place place_b = queue.Add(&b, At(2));
  const Queue::Place place_c = queue.Add(&c, At(3));
  queue.Touch(place_b, At(4));
  queue.Touch(place_a, At(5));
  EXPECT_EQ(queue.oldest()->member, &c);
  EXPECT_EQ(queue.oldest()->since, At(3));
  queue.Remove(place_c);
  EXPECT_EQ(queue.oldest()->member, &b);
  EXPECT_EQ(queue.oldest()->since, At(4));
  queue.Remove(place_b);
  EXPECT_EQ(queue.oldest()->member, &a);
  queue.Remove(place_a);
  EXPECT_EQ(queue.oldest(), nullptr);
}

TEST(IdleQueueTest, RemovedFromTheMiddle) {
  Queue queue;
  const char a = 'a', b = 'b', c = 'c';
  const Queue::Place place_a = queue.Add(&a, At(1));
  const Queue::Place place_b = queue.Add(&b, At(1));
  queue.Add(&c, At(1));
  queue.Remove(place_b);
  queue.Remove(place_a);
  EXPECT_EQ(queue.oldest()->member, &c);
}

}  // namespace
}  // namespace someos::relay
