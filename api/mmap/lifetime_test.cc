// Closing, buffers, sizes, flushing, advice. All messages were recorded from CPython 3.13.0.

#include <unistd.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "someos/testing/mmap/mmap_test.h"

namespace someos::mmap {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

class LifetimeTest : public MmapTest {
 protected:
  const int64_t page_ = static_cast<int64_t>(PageSize());
  const std::string two_pages_ = std::string(static_cast<size_t>(2 * page_), 'x');
};

void ExpectClosed(Mmap& mmap) {
  const std::string closed = "ValueError: mmap closed or invalid";
  EXPECT_TRUE(mmap.closed());
  EXPECT_EQ(mmap.ToString(), "<mmap.mmap closed=True>");
  EXPECT_TRUE(mmap.seekable());
  EXPECT_EQ(Says(mmap.Length()), closed);
  EXPECT_EQ(Says(mmap.Size()), closed);
  EXPECT_EQ(Says(mmap.Find("a")), closed);
  EXPECT_EQ(Says(mmap.Rfind("a")), closed);
  EXPECT_EQ(Says(mmap.Flush()), closed);
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal)), closed);
  EXPECT_EQ(Says(mmap.Move(0, 0, 0)), closed);
  EXPECT_EQ(Says(mmap.Resize(-1)), closed);
  EXPECT_EQ(Says(mmap.Tell()), closed);
  EXPECT_EQ(Says(mmap.Seek(0)), closed);
  EXPECT_EQ(Says(mmap.Read()), closed);
  EXPECT_EQ(Says(mmap.ReadByte()), closed);
  EXPECT_EQ(Says(mmap.Readline()), closed);
  EXPECT_EQ(Says(mmap.Write("a")), closed);
  EXPECT_EQ(Says(mmap.WriteByte(1)), closed);
  EXPECT_EQ(Says(mmap.Item(0)), closed);
  EXPECT_EQ(Says(mmap.SetItem(0, 1)), closed);
  EXPECT_EQ(Says(mmap.Items({})), closed);
  EXPECT_EQ(Says(mmap.SetItems({}, "a")), closed);
  EXPECT_EQ(Says(mmap.GetBuffer().status()), closed);
}

TEST_P(LifetimeTest, NothingWorksAfterClose) {
  Mmap mmap = Map("abc");
  EXPECT_FALSE(mmap.closed());
  EXPECT_EQ(Says(mmap.Close()), "None");
  ExpectClosed(mmap);
  EXPECT_EQ(Says(mmap.Close()), "None");
}

TEST_P(LifetimeTest, NothingWorksAfterAMove) {
  Mmap mmap = Map("abc");
  Mmap other = std::move(mmap);
  ExpectClosed(mmap);  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(Says(other.Read()), "b'abc'");
  mmap = std::move(other);
  EXPECT_EQ(Says(mmap.Tell()), "3");
}

TEST_P(LifetimeTest, AssignmentTakesAllThatTheOtherHas) {
  const ScopedFd file = FileOf(two_pages_);
  MmapArguments arguments = WithOffset(page_);
  arguments.access = kAccessRead;
  arguments.trackfd = false;
  Mmap other = Create(file.get(), 10, arguments).value();
  EXPECT_EQ(Says(other.Seek(4)), "4");
  const std::string described = other.ToString();
  Mmap mmap = Map("abc");
  mmap = std::move(other);
  EXPECT_EQ(mmap.ToString(), described);
  EXPECT_EQ(Says(mmap.Resize(5)), "ValueError: mmap can't resize with trackfd=False.");
  EXPECT_EQ(Says(mmap.WriteByte('x')), "TypeError: mmap can't modify a readonly memory map.");
  mmap = Create(-1, 10).value();
  EXPECT_EQ(Says(mmap.Size()), "OSError: EBADF");
  EXPECT_EQ(Says(mmap.WriteByte('x')), "None");
  mmap = Map("abc");
  EXPECT_EQ(Says(mmap.Size()), "3");
}

TEST_P(LifetimeTest, NothingWorksInOneMadeFromNothing) {
  Mmap mmap;
  ExpectClosed(mmap);
}

TEST_P(LifetimeTest, BuffersHoldItOpen) {
  Mmap mmap = Map("abc");
  {
    const Mmap::Buffer buffer = mmap.GetBuffer().value();
    EXPECT_EQ(buffer.view(), "abc");
    EXPECT_EQ(Says(mmap.Close()), "BufferError: cannot close exported pointers exist");
    EXPECT_EQ(Says(mmap.Resize(-1)),
              "BufferError: mmap can't resize with extant buffers exported.");
    buffer.mutable_view()[0] = 'x';
  }
  EXPECT_EQ(Says(mmap.Items({})), "b'xbc'");
  EXPECT_EQ(Says(mmap.Close()), "None");
}

TEST_P(LifetimeTest, ABufferKeepsTheMemory) {
  Mmap mmap = Map("abc", WithAccess(kAccessRead));
  const Mmap::Buffer buffer = mmap.GetBuffer().value();
  mmap = Mmap();
  EXPECT_EQ(buffer.view(), "abc");
  EXPECT_FALSE(buffer.writable());
  EXPECT_TRUE(buffer.mutable_view().empty());
}

TEST_P(LifetimeTest, OutlivesTheDescriptor) {
  ScopedFd file = FileOf("abc");
  const ScopedFd same_file = Duplicate(file.get());
  Mmap mmap = Create(file.get(), 0).value();
  file.reset();
  EXPECT_EQ(Says(mmap.Size()), "3");
  EXPECT_EQ(Says(mmap.Resize(5)), "None");
  EXPECT_EQ(Says(mmap.Items({})), "b'abc\\x00\\x00'");
  EXPECT_EQ(ContentsOf(same_file.get()), std::string("abc\0\0", 5));
}

TEST_P(LifetimeTest, WithoutTrackfdThereIsNoDescriptor) {
  MmapArguments arguments;
  arguments.trackfd = false;
  Mmap mmap = Map("abc", arguments);
  EXPECT_EQ(Says(mmap.Size()), "OSError: EBADF");
  EXPECT_EQ(Says(mmap.Resize(-1)), "ValueError: mmap can't resize with trackfd=False.");
  arguments.access = kAccessRead;
  EXPECT_EQ(Says(Map("abc", arguments).Resize(5)),
            "ValueError: mmap can't resize with trackfd=False.");
  const Mmap::Buffer buffer = mmap.GetBuffer().value();
  EXPECT_EQ(Says(mmap.Resize(5)), "BufferError: mmap can't resize with extant buffers exported.");
}

TEST_P(LifetimeTest, SizeIsThatOfTheFile) {
  const ScopedFd file = FileOf(two_pages_);
  const Mmap mmap = Create(file.get(), 10, WithOffset(page_)).value();
  EXPECT_EQ(Says(mmap.Length()), "10");
  EXPECT_EQ(Says(mmap.Size()), std::to_string(2 * page_));
  EXPECT_EQ(Says(Create(-1, 10)->Size()), "OSError: EBADF");
}

TEST_P(LifetimeTest, Resizes) {
  const ScopedFd file = FileOf(two_pages_);
  Mmap mmap = Create(file.get(), 0).value();
  EXPECT_EQ(Says(mmap.Resize(3 * page_)), "None");
  EXPECT_EQ(Says(mmap.Length()), std::to_string(3 * page_));
  EXPECT_EQ(Says(mmap.Size()), std::to_string(3 * page_));
  EXPECT_EQ(Says(mmap.Item(3 * page_ - 1)), "0");
  EXPECT_EQ(Says(mmap.Resize(100)), "None");
  EXPECT_EQ(Says(mmap.Length()), "100");
  EXPECT_EQ(ContentsOf(file.get()), two_pages_.substr(0, 100));
}

TEST_P(LifetimeTest, ResizesBehindAnOffset) {
  const ScopedFd file = FileOf(two_pages_);
  Mmap mmap = Create(file.get(), 0, WithOffset(page_)).value();
  EXPECT_EQ(Says(mmap.Resize(2 * page_)), "None");
  EXPECT_EQ(Says(mmap.Length()), std::to_string(2 * page_));
  EXPECT_EQ(Says(mmap.Size()), std::to_string(3 * page_));
  EXPECT_EQ(Says(mmap.Resize(std::numeric_limits<ptrdiff_t>::max() - 100)),
            "ValueError: new size out of range");
}

TEST_P(LifetimeTest, ARefusedResizeChangesNothing) {
  const ScopedFd file = FileOf(two_pages_);
  Mmap mmap = Create(file.get(), 0).value();
  EXPECT_EQ(Says(mmap.Resize(-1)), "ValueError: new size out of range");
  EXPECT_EQ(Says(mmap.Resize(0)), "OSError: EINVAL");  // Python has lost the file by now
  EXPECT_EQ(Says(mmap.Resize(std::numeric_limits<ptrdiff_t>::max())), "OSError: EFBIG");
  EXPECT_EQ(mmap.Items({}).value(), two_pages_);
  EXPECT_EQ(ContentsOf(file.get()), two_pages_);
  for (const MmapArguments& arguments :
       {WithAccess(kAccessRead), WithAccess(kAccessCopy), WithProt(kProtRead)}) {
    EXPECT_EQ(Says(Create(file.get(), 0, arguments)->Resize(-1)),
              "TypeError: mmap can't resize a readonly or copy-on-write memory map.");
  }
}

TEST_P(LifetimeTest, SharedMemoryGrows) {  // in Python it cannot be used where it has grown
  for (const int flags : {kMapShared, kMapPrivate}) {
    Mmap mmap = Create(-1, page_, WithFlags(flags)).value();
    EXPECT_EQ(Says(mmap.Write("abc")), "3");
    ASSERT_EQ(Says(mmap.Resize(2 * page_)), "None");
    EXPECT_EQ(Says(mmap.SetItem(-1, 'z')), "None");
    EXPECT_EQ(Says(mmap.Item(-1)), std::to_string('z'));
    EXPECT_EQ(Says(mmap.Items({0, 3, {}})), "b'abc'");
    ASSERT_EQ(Says(mmap.Resize(2)), "None");
    EXPECT_EQ(Says(mmap.Items({})), "b'ab'");
  }
}

TEST_P(LifetimeTest, ChecksWhatIsFlushed) {
  const std::string out_of_range = "ValueError: flush values out of range";
  for (const MmapArguments& arguments :
       {MmapArguments(), WithAccess(kAccessRead), WithAccess(kAccessCopy), WithProt(kProtRead)}) {
    Mmap mmap = Map(two_pages_, arguments);
    EXPECT_EQ(Says(mmap.Flush()), "None");
    EXPECT_EQ(Says(mmap.Flush(0, page_)), "None");
    EXPECT_EQ(Says(mmap.Flush(page_, page_)), "None");
    EXPECT_EQ(Says(mmap.Flush(2 * page_, 0)), "None");
    EXPECT_EQ(Says(mmap.Flush(0, 0)), "None");
    EXPECT_EQ(Says(mmap.Flush(page_, page_ + 1)), out_of_range);
    EXPECT_EQ(Says(mmap.Flush(2 * page_ + 1, 0)), out_of_range);
    EXPECT_EQ(Says(mmap.Flush(-1, 5)), out_of_range);
    EXPECT_EQ(Says(mmap.Flush(0, -1)), out_of_range);
    EXPECT_EQ(Says(mmap.Flush(kMax, kMax)), out_of_range);
    EXPECT_EQ(Says(mmap.Flush(page_)), "None");  // Python: out of range
  }
  EXPECT_EQ(Says(Map(two_pages_).Flush(1, 5)), "OSError: EINVAL");
  EXPECT_EQ(Says(Map(two_pages_, WithAccess(kAccessRead)).Flush(1, 5)), "None");
}

TEST_P(LifetimeTest, ChecksAdvice) {
  Mmap mmap = Map(two_pages_);
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal)), "None");
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal, -1)), "ValueError: madvise start out of bounds");
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal, 2 * page_)), "ValueError: madvise start out of bounds");
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal, 0, -1)), "ValueError: madvise length invalid");
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal, page_, std::numeric_limits<ptrdiff_t>::max())),
            "OverflowError: madvise length too large");
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal, 0, std::numeric_limits<ptrdiff_t>::max())), "None");
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal, 0, 0)), "None");
  EXPECT_EQ(Says(mmap.Madvise(kMadvWillneed, page_, 100000)), "None");
  EXPECT_EQ(Says(mmap.Madvise(12345)), "OSError: EINVAL");
#ifdef __linux__
  EXPECT_EQ(Says(mmap.Madvise(kMadvNormal, 1)), "OSError: EINVAL");
#endif
}

INSTANTIATE_TEST_SUITE_P(Backends, LifetimeTest, LinkedBackends(), BackendName);

}  // namespace
}  // namespace someos::mmap
