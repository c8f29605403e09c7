#include "someos/api/multiprocessing/value/node_blocks.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using internal::NodeBlocks;

struct Filled {
  NodeBlocks::Piece piece;
  size_t size;
  unsigned char byte;
};

// Pieces of all sizes, each full of a byte of its own.
std::vector<Filled> FilledPieces(NodeBlocks& blocks, size_t count) {
  std::vector<Filled> all;
  for (size_t i = 0; i < count; ++i) {
    const size_t size = 1 + i * 37 % (2 * NodeBlocks::kLargestPiece);
    const Filled filled = {blocks.Allocate(size), size, static_cast<unsigned char>(i)};
    std::memset(filled.piece.memory, filled.byte, size);
    all.push_back(filled);
  }
  return all;
}

bool IsIntact(const Filled& filled) {
  const auto* bytes = static_cast<const unsigned char*>(filled.piece.memory);
  for (size_t i = 0; i < filled.size; ++i) {
    if (bytes[i] != filled.byte) return false;
  }
  return true;
}

TEST(NodeBlocksTest, PiecesAreApartFromEachOtherWhateverIsFreed) {
  for (const size_t expected : {size_t{0}, size_t{2000}, size_t{1} << 30}) {
    NodeBlocks blocks(expected);
    std::vector<Filled> kept;
    for (int round = 0; round < 10; ++round) {
      NodeBlocks::Freeing freeing;
      for (const Filled& filled : FilledPieces(blocks, 500)) {
        if (filled.size % 3 == 0) {
          kept.push_back(filled);
        } else {
          freeing.Free(filled.piece.memory, filled.piece.distance);
        }
      }
    }
    NodeBlocks::Freeing freeing;
    for (const Filled& filled : kept) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(filled.piece.memory) % alignof(void*), 0);
      EXPECT_TRUE(IsIntact(filled));
      freeing.Free(filled.piece.memory, filled.piece.distance);
    }
  }
}

TEST(NodeBlocksTest, PiecesOutliveTheBlocksAndMayBeFreedByAnotherThread) {
  std::vector<Filled> all;
  {
    NodeBlocks blocks(1 << 20);
    all = FilledPieces(blocks, 2000);
  }
  const auto free_every_other = [&all](size_t first) {
    NodeBlocks::Freeing freeing;
    for (size_t i = first; i < all.size(); i += 2) {
      EXPECT_TRUE(IsIntact(all[i]));
      freeing.Free(all[i].piece.memory, all[i].piece.distance);
    }
  };
  std::thread other(free_every_other, 1);
  free_every_other(0);
  other.join();
}

// Dicts of one form, with keys that they share.
PyValue Records(int count) {
  std::vector<PyValue> records;
  const PyValue id = PyValue::Str("id");
  const PyValue name = PyValue::Str("a name that is longer than others");
  for (int i = 0; i < count; ++i) {
    records.push_back(*PyValue::Dict({{id, PyValue(i)}, {name, PyValue::List({name})}}));
  }
  const absl::StatusOr<std::string> pickle = Pickle(PyValue::List(std::move(records)));
  return *Unpickle(*pickle);
}

std::string Word(int number) { return absl::StrCat("word ", number); }

// Text, of which a block holds hundreds.
PyValue Words(int first, int count) {
  std::vector<PyValue> words;
  for (int i = 0; i < count; ++i) words.push_back(PyValue::Str(Word(first + i)));
  return *Unpickle(*Pickle(PyValue::List(std::move(words))));
}

bool AreWords(const PyValue& words, int first) {
  const absl::Span<const PyValue> items = *words.AsItems();
  for (const PyValue& word : items) {
    if (*word.AsStr() != Word(first++)) return false;
  }
  return true;
}

// Some are dropped whole, of some a word remains.
TEST(NodeBlocksTest, ValuesThatComeAndGoKeepWhatTheyAre) {
  struct Kept {
    int first = 0;
    PyValue words = PyValue::List({});
    PyValue last_word = PyValue::Str("word -1");
    int last = -1;
  };
  std::vector<Kept> all(8);
  for (int step = 0; step < 300; ++step) {
    Kept& kept = all[step * 5 % all.size()];
    const int count = step * 37 % 1500;
    if (step % 3 == 0 && !kept.words.AsItems()->empty()) {
      kept.last_word = kept.words.AsItems()->back();
      kept.last = kept.first + static_cast<int>(kept.words.AsItems()->size()) - 1;
    }
    kept.words = PyValue();
    kept.first = 10000 * step;
    kept.words = Words(kept.first, count);
    for (const Kept& each : all) {
      ASSERT_TRUE(AreWords(each.words, each.first)) << step;
      ASSERT_EQ(*each.last_word.AsStr(), Word(each.last)) << step;
    }
  }
}

TEST(NodeBlocksTest, APartOfAValueOutlivesTheRest) {
  PyValue records = Records(2000);
  const PyValue part = (*records.AsItems())[1234];
  records = PyValue();
  const PyValue others = Words(0, 20000);  // take the memory that is free
  EXPECT_EQ(part.ToString(),
            "{'id': 1234, 'a name that is longer than others': "
            "['a name that is longer than others']}");
}

// How large the first of several pickles is, is not known before it is read.
TEST(NodeBlocksTest, ValuesOfPicklesThatFollowEachOtherHaveNoLargeBlocks) {
  if (!CountsAllocations()) GTEST_SKIP() << "a sanitizer looks after the memory";
  constexpr size_t kCount = 1000;
  std::string pickles;
  for (size_t i = 0; i < kCount; ++i) pickles += *Pickle(PyValue::List({PyValue::Str("word")}));
  absl::string_view rest = pickles;
  std::vector<PyValue> kept;
  const size_t before = AllocatedBytes();
  while (!rest.empty()) kept.push_back(*UnpickleFirst(rest));
  EXPECT_EQ(kept.size(), kCount);
  EXPECT_LT((AllocatedBytes() - before) / kCount, NodeBlocks::kBlockBytes / 2);
}

TEST(NodeBlocksTest, ThreadsMayDropTheirPartsAtOnce) {
  for (int round = 0; round < 20; ++round) {
    PyValue records = Records(500);
    std::vector<PyValue> odd;
    for (size_t i = 1; i < records.AsItems()->size(); i += 2) {
      odd.push_back((*records.AsItems())[i]);
    }
    std::thread other([odd = std::move(odd)]() mutable {
      for (PyValue& part : odd) EXPECT_EQ(part.AsDictEntries()->size(), 4);
      odd.clear();
    });
    records = PyValue();
    other.join();
  }
}

}  // namespace
}  // namespace someos::multiprocessing
