#include "someos/backends/epoll/epoll_registrations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/no_cancellation.h"
#include "someos/backends/poller_base/file_identity.h"
#include "someos/backends/poller_base/socket_error.h"

namespace someos {
namespace {

using base::SystemCalls;
using poller_base::FdError;
using poller_base::FileIdentity;
using poller_base::WakeChannel;

constexpr absl::string_view kRebuild = "rebuild after fork";

// Whether this errno of epoll_ctl(2) means that the number is closed or names another file than the
// registered one: not open, not in the set, or a kind of file that epoll refuses.
bool NamesAnotherFile(int error) { return error == EBADF || error == ENOENT || error == EPERM; }

// Whether `fd` is open and names a file of a kind that a set takes, so that it is not the kind of
// the file that makes the kernel refuse it with EPERM, but a sandbox.
bool MayBeInASet(int fd, SystemCalls calls) {
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd, calls);
  return identity.has_value() && identity->may_block();
}

// A one-shot that has fired is added without an interest, so that it reports nothing.
int AddTo(const EpollSet& set, int fd, const EpollState& state) {
  return set.Add(fd, state.fired ? Interest::kNone : state.interest, state.trigger, state.Tag(fd));
}

int ModifyIn(const EpollSet& set, int fd, const EpollState& state) {
  return set.Modify(fd, state.fired ? Interest::kNone : state.interest, state.trigger,
                    state.Tag(fd));
}

// The same for whatever the set has under this number, which may be, or become, exclusive.
int ReplaceIn(const EpollSet& set, int fd, const EpollState& state) {
  const int error = ModifyIn(set, fd, state);
  if (error != EINVAL || set.Remove(fd) != 0) return error;
  return AddTo(set, fd, state);
}

// 0 if the set has the file that `fd` names now, for `state`, otherwise an errno.
int CheckIn(const EpollSet& set, int fd, const EpollState& state) {
  if (state.trigger != Trigger::kExclusive) return ModifyIn(set, fd, state);
  // The kernel refuses to modify it, but not before it has found it.
  const int error = set.Modify(fd, state.interest, Trigger::kLevel, state.Tag(fd));
  return error == EINVAL ? 0 : error;
}

// Whether `set`, which another process may change meanwhile, has the file that `fd` names under
// this number. True if the system does not tell.
bool MayHold(const EpollSystem& system, const EpollSet& set, int fd) {
  // A number that was reused has several files in the set while its old ones are still open. They
  // can only be compared by their positions. A change may move one to a position that was already
  // compared, but not each time.
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    for (uint32_t position = 0;; ++position) {
      const int answer = system.compare(set.fd(), fd, position, fd);
      if (answer == 0) return true;
      if (answer > 0) continue;
      if (errno != ENOENT) return true;
      break;
    }
  }
  return false;
}

}  // namespace

EpollRegistrations::EpollRegistrations(const EpollSystem& system, EpollSet set,
                                       WakeChannel wake_channel, const PollerOptions& options)
    : system_(system),
      externally_synchronized_(options.externally_synchronized),
      calls_(base::SystemCallsOf(options)),
      waits_in_poll_(options.return_on_signal),
      set_(std::move(set)),
      wake_channel_(std::move(wake_channel)) {
  table_.At(wake_channel_.fd());
  UpdateAlwaysReady();
}

absl::Status EpollRegistrations::RegisterAgain(int fd, Interest interest, uint64_t data,
                                               Trigger trigger) {
  EpollEntry& entry = table_.At(fd);
  EpollState state;
  state.generation = entry.generation() + EpollState::kOneGeneration;
  state.interest = interest;
  state.trigger = trigger;
  state.registered = true;
  // The kernel knows files, not just numbers, so it can distinguish a second registration of the
  // same file (EEXIST) from the registration of a new file under a number that was closed and
  // reused. It is asked with an empty interest, so that it reports nothing yet: the entry cannot be
  // written before the answer.
  if (const int error = set_.Add(fd, Interest::kNone, Trigger::kLevel, state.Tag(fd)); error != 0) {
    if (error == EPERM) return RegisterAlwaysReady(fd, state, data);
    if (absl::Status own = CheckNotOwn(fd); !own.ok()) return own;
    return FdError(error, "register", fd);
  }
  SuspectStale(fd);
  ForgetAlwaysReady(fd);
  entry.Store(state, data);
  if (const int error = ReplaceIn(set_, fd, state); error != 0) {
    return RegisterAfterError(fd, state, data, error);
  }
  return absl::OkStatus();
}

absl::Status EpollRegistrations::RegisterAfterError(int fd, EpollState state, uint64_t data,
                                                    int error) {
  // The kernel knows them: the wake channel is registered (EEXIST), and a set does not take itself
  // (EINVAL).
  if (absl::Status own = CheckNotOwn(fd); !own.ok()) {
    table_.At(fd).Forget();
    return own;
  }
  if (error == EEXIST) {
    // The registration was unregistered after its number was closed, while a duplicate kept the
    // file open; now the number names that file again.
    error = ReplaceIn(set_, fd, state);
  }
  if (error == 0) return absl::OkStatus();
  table_.At(fd).Forget();
  if (error == EPERM) return RegisterAlwaysReady(fd, state, data);
  return FdError(error, "register", fd);
}

absl::Status EpollRegistrations::CheckNotOwn(int fd) const {
  if (wake_channel_.Owns(fd)) return poller_base::OwnDescriptorError(fd, "wake channel");
  if (set_.Owns(fd)) return poller_base::OwnDescriptorError(fd, "epoll set");
  if (nest_.has_value() && fd == nest_->fd()) {
    return poller_base::OwnDescriptorError(fd, "epoll set");
  }
  return absl::OkStatus();
}

absl::Status EpollRegistrations::RegisterAlwaysReady(int fd, EpollState state, uint64_t data) {
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd, calls_);
  if (!identity.has_value()) return FdError(errno, "register", fd);
  // These can be waited for, so the EPERM has another cause.
  if (identity->may_block()) return FdError(EPERM, "register", fd);
  EpollEntry& entry = table_.At(fd);
  const EpollState old = entry.Load();
  if (old.registered && old.always_ready && always_ready_.Holds(fd, *identity)) {
    return FdError(EEXIST, "register", fd);
  }
  if (old.registered) SuspectStale(fd);
  state.always_ready = true;
  entry.Store(state, data);
  always_ready_.Add(fd, *identity, false);
  SetAlwaysReadyActive(fd, state.reportable());
  return absl::OkStatus();
}

void EpollRegistrations::UpdateAlwaysReady() {
  const bool some = always_ready_.active() != 0;
  some_always_ready_ = some;
  kernel_only_ = some || waits_in_poll_ ? base::kNoForkGeneration : fork_generation_;
}

void EpollRegistrations::SetAlwaysReadyActive(int fd, bool active) {
  always_ready_.SetActive(fd, active);
  UpdateAlwaysReady();
  if (active) wake_channel_.Signal();  // a running wait must take the file into account
}

void EpollRegistrations::ForgetAlwaysReady(int fd) {
  always_ready_.Remove(fd);
  UpdateAlwaysReady();
}

absl::Status EpollRegistrations::ModifyAlwaysReady(int fd, Interest interest, uint64_t data,
                                                   Trigger trigger) {
  EpollEntry& entry = table_.At(fd);
  EpollState state = entry.Load();
  if (!state.registered) return FdError(ENOENT, "modify", fd);
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd, calls_);
  if (!identity.has_value()) return FdError(errno, "modify", fd);
  if (!always_ready_.Holds(fd, *identity)) return FdError(ENOENT, "modify", fd);
  if (state.trigger == Trigger::kExclusive || trigger == Trigger::kExclusive) {
    return ModifyError(fd, /*exclusive=*/true, EINVAL);
  }
  state.interest = interest;
  state.trigger = trigger;
  state.fired = false;
  entry.Store(state, data);
  SetAlwaysReadyActive(fd, state.reportable());
  return absl::OkStatus();
}

absl::StatusOr<int> EpollRegistrations::NestFd() {
  base::LockIfThreads lock(mutex_);
  if (!nest_.has_value()) {
    absl::StatusOr<EpollNest> nest = EpollNest::Create(system_, set_, calls_);
    if (!nest.ok()) return nest.status();
    nest_ = *std::move(nest);
    if (always_ready_.active() > 0) wake_channel_.Signal();
  }
  return nest_->fd();
}

absl::Status EpollRegistrations::ModifyError(int fd, bool exclusive, int error) {
  if (error == EINVAL && exclusive) {
    return ErrnoStatus(
        EINVAL, absl::StrCat("modify fd ", fd, ": an exclusive registration begins with register, ",
                             "and is final"));
  }
  // EPERM: a file of a kind that no set takes, so not the one that was registered.
  return FdError(error == EPERM ? ENOENT : error, "modify", fd);
}

absl::StatusOr<int> EpollRegistrations::TakeError(int fd) {
  // Until the error is taken, so that no other thread registers the number after the check.
  base::LockIfThreads lock(mutex_);
  const EpollEntry* entry = table_.Find(fd);
  if (entry == nullptr || !entry->Load().registered) return FdError(ENOENT, "take error of", fd);
  if (const int error = Mismatch(fd, entry->Load()); error != 0) {
    return FdError(error, "take error of", fd);
  }
  return poller_base::TakeSocketError(fd);
}

int EpollRegistrations::Mismatch(int fd, const EpollState& state) {
  if (!state.always_ready && !state.gone) return AskKernel(fd, state);
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd, calls_);
  if (!identity.has_value()) return errno;
  return !state.gone && always_ready_.Holds(fd, *identity) ? 0 : ENOENT;
}

int EpollRegistrations::AskKernel(int fd, const EpollState& state) {
  // An addition of what is there already (EEXIST) has no effect; a modification could repeat an
  // edge. If the addition succeeds it is another file, which is removed again: until then it has no
  // interest, and the tag of no registration.
  EpollState other = state;
  other.generation -= EpollState::kOneGeneration;
  const int error = set_.Add(fd, Interest::kNone, Trigger::kLevel, other.Tag(fd));
  switch (error) {
    case EBADF:
      return EBADF;
    case 0:
      if (set_.Remove(fd) != 0) SuspectStale(fd);
      return ENOENT;
    case ENOMEM:
    case ENOSPC:  // it was about to be added
      return ENOENT;
    case EPERM:
      return MayBeInASet(fd, calls_) ? 0 : ENOENT;
    default:
      return 0;  // EEXIST; or, in a sandbox, the kernel does not tell
  }
}

std::vector<Registration> EpollRegistrations::List() const {
  if (forked() && !fork_guard_.IsFree()) return {};
  base::LockIfThreads lock(mutex_);
  std::vector<Registration> result;
  table_.ForEach([&](int fd, const EpollEntry& entry) {
    const EpollState state = entry.Load();
    if (!state.registered) return;
    const uint64_t data = entry.data.load(std::memory_order_relaxed);
    result.push_back({fd, state.interest, state.trigger, data});
  });
  return result;
}

bool EpollRegistrations::IsCurrent(uint64_t tag) {
  // Another thread may have written the table but not yet made the system call, or be about to undo
  // the change. Once it has released the lock, the table is correct.
  base::LockIfThreads lock(mutex_);
  const int fd = static_cast<int>(static_cast<uint32_t>(tag));
  const EpollState state = table_.At(fd).Load();
  return state.registered && state.Tag(fd) == tag;
}

size_t EpollRegistrations::TakeAlwaysReady(absl::Span<Event> events) {
  base::LockIfThreads lock(mutex_);
  size_t delivered = 0;
  for (size_t left = std::min(events.size(), always_ready_.active()); left > 0; --left) {
    const std::optional<int> fd = always_ready_.Next();
    if (!fd.has_value()) break;
    EpollEntry& entry = table_.At(*fd);
    const EpollState state = entry.Load();
    const std::optional<FileIdentity> identity = FileIdentity::QuickOf(*fd, calls_);
    const bool same_file = identity.has_value() && always_ready_.Holds(*fd, *identity);
    const bool once = state.trigger == Trigger::kEdge || state.trigger == Trigger::kOneShot;
    if (!same_file || once) {
      // An edge is reported only once as well: the file never becomes ready again, because it
      // always is. A file that was closed without Unregister is not reported; this is what the
      // kernel does for all other files.
      entry.state.fetch_or(EpollState::kFired, std::memory_order_relaxed);
      always_ready_.SetActive(*fd, false);
      if (!same_file) continue;
    }
    const Interest ready = state.interest & (Interest::kReadable | Interest::kWritable);
    if (ready == Interest::kNone) {
      always_ready_.SetActive(*fd, false);
      continue;
    }
    Event& event = events[delivered++];
    event.fd = *fd;
    event.readiness = static_cast<Readiness>(ready);
    event.raw = static_cast<uint16_t>(ready);
    event.data = entry.data.load(std::memory_order_relaxed);
  }
  UpdateAlwaysReady();
  if (nest_.has_value() && always_ready_.active() > 0) wake_channel_.Signal();
  return delivered;
}

void EpollRegistrations::SuspectStale(int fd) {
  stale_suspected_ = true;
  // By the time when the set has to be replaced the process may have used up its numbers; now at
  // least one was closed.
  set_.Reserve(fd);
}

absl::StatusOr<EpollSet> EpollRegistrations::CreateFresh(absl::string_view operation) {
  absl::StatusOr<EpollSet> fresh = EpollSet::Create(operation, system_, wake_channel_, calls_);
  // If another thread takes the number that is given up, the old set is still there.
  if (ErrnoOf(fresh.status()) == EMFILE && set_.GiveUpNumber()) {
    fresh = EpollSet::Create(operation, system_, wake_channel_, calls_);
  }
  return fresh;
}

absl::Status EpollRegistrations::DropStale() {
  const base::NoCancellation complete;
  base::LockIfThreads lock(mutex_);
  // If no stale registration is suspected, the kernel returned the event just before another thread
  // unregistered its descriptor normally.
  if (!stale_suspected_) return absl::OkStatus();
  constexpr absl::string_view kOperation = "wait: drop stale registrations";
  absl::StatusOr<EpollSet> fresh = CreateFresh(kOperation);
  if (!fresh.ok()) return fresh.status();
  // On a failure, for example without memory, the old set remains, and the next wait tries again.
  absl::Status failure;
  const auto for_each_in_kernel = [&](const auto& visit) {
    table_.ForEach([&](int fd, EpollEntry& entry) {
      EpollState state = entry.Load();
      if (!failure.ok() || !state.registered || state.always_ready || state.gone) return;
      // The set's second number may have been that of a closed file.
      const int error = set_.Owns(fd) ? ENOENT : visit(fd, state);
      if (error == 0) return;
      if (!NamesAnotherFile(error)) {
        failure = FdError(error, absl::StrCat(kOperation, ": register"), fd);
        return;
      }
      fresh->Remove(fd);
      state.gone = true;
      entry.Store(state, entry.data.load(std::memory_order_relaxed));
    });
  };
  for_each_in_kernel([&](int fd, const EpollState& state) { return AddTo(*fresh, fd, state); });
  // A number that was closed, and perhaps reused, without Unregister must not get into the new set
  // as if it were registered. The old set knows which file each number stood for, and refuses to
  // modify a registration of another file. It is asked after the additions: if a number still names
  // the same file then, it also did so during its addition.
  for_each_in_kernel([&](int fd, const EpollState& state) { return CheckIn(set_, fd, state); });
  if (!failure.ok()) return failure;
  if (const int error = nest_.has_value() ? nest_->Add(*fresh) : 0; error != 0) {
    return ErrnoStatus(error, absl::StrCat(kOperation, ": epoll_ctl"));
  }
  set_ = *std::move(fresh);
  stale_suspected_ = false;
  return absl::OkStatus();
}

absl::Status EpollRegistrations::RebuildAfterFork() {
  if (!fork_guard_.IsFree()) return base::ForkGuard::NotFreeError(kRebuild);
  const base::NoCancellation complete;
  base::LockIfThreads lock(mutex_);
  // Before a descriptor is opened that could reuse the number of a registration whose file is
  // closed.
  for (const auto& [fd, state] : Registered()) {
    if (const int error = CheckInChild(fd, state); error != 0) ForgetLost(fd, error);
  }
  absl::StatusOr<EpollListing> parents_files = ListParentsFiles();
  if (!parents_files.ok()) return parents_files.status();
  if (parents_files->Find(EpollSet::WakeTag(wake_channel_)) != nullptr) {
    ConfirmInherited();
  } else if (!set_.IsUnchanged()) {
    // Another set, of the child's own, may have the number.
    parents_files = EpollListing();
  }
  const absl::StatusOr<EpollSet> parents = ReplaceSet();
  if (!parents.ok()) return parents.status();
  Refill();
  ForgetOtherFiles(*parents, *parents_files);
  return lost_.Take();
}

absl::StatusOr<EpollListing> EpollRegistrations::ListParentsFiles() const {
  if (calls_ == SystemCalls::kRequired) return EpollListing();
  return EpollListing::Of(kRebuild, set_.fd());
}

void EpollRegistrations::ConfirmInherited() {
  set_.Confirm();
  const int fd = wake_channel_.fd();
  if (system_.compare(set_.fd(), fd, 0, fd) == 0) wake_channel_.Confirm();
}

int EpollRegistrations::CheckInChild(int fd, const EpollState& state) const {
  if (fcntl(fd, F_GETFD) == -1) return errno;
  if (state.gone) return ENOENT;
  if (!state.always_ready) return 0;
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd, calls_);
  return identity.has_value() && always_ready_.Holds(fd, *identity) ? 0 : ENOENT;
}

absl::StatusOr<EpollSet> EpollRegistrations::ReplaceSet() {
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create(calls_);
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<EpollSet> set = EpollSet::Create(kRebuild, system_, *wake_channel, calls_);
  if (!set.ok()) return set.status();
  wake_channel_ = *std::move(wake_channel);
  table_.At(wake_channel_.fd());
  nest_.reset();
  stale_suspected_ = false;
  fork_generation_ = base::ForkGeneration();
  UpdateAlwaysReady();
  return std::exchange(set_, *std::move(set));
}

void EpollRegistrations::Refill() {
  for (const auto& [fd, state] : Registered()) {
    const int error = state.always_ready ? 0 : AddTo(set_, fd, state);
    if (error == 0) continue;
    // A file that no set takes, so not the registered one.
    const bool another = error == EPERM && !MayBeInASet(fd, calls_);
    ForgetLost(fd, another ? ENOENT : error);
  }
}

void EpollRegistrations::ForgetOtherFiles(const EpollSet& parents,
                                          const EpollListing& parents_files) {
  if (parents_files.empty()) return;
  const absl::StatusOr<EpollListing> files = EpollListing::Of(kRebuild, set_.fd());
  if (!files.ok()) return;
  std::vector<std::pair<int, uint64_t>> suspects;
  for (const auto& [fd, state] : Registered()) {
    const uint64_t tag = state.Tag(fd);
    const EpollListing::File* const parents_file = parents_files.Find(tag);
    const EpollListing::File* const file = files->Find(tag);
    // What the parent's set no longer has, the parent may have unregistered since the fork.
    if (parents_file == nullptr || file == nullptr) continue;
    if (!file->SameInode(*parents_file)) {
      ForgetOtherFile(fd);
    } else if (!MayHold(system_, parents, fd)) {
      suspects.emplace_back(fd, tag);
    }
  }
  if (suspects.empty()) return;
  // The parent may have unregistered a file before it was compared. What the set still has, it also
  // had then.
  const absl::StatusOr<EpollListing> later = EpollListing::Of(kRebuild, parents.fd());
  if (!later.ok()) return;
  for (const auto& [fd, tag] : suspects) {
    if (later->Find(tag) != nullptr) ForgetOtherFile(fd);
  }
}

void EpollRegistrations::ForgetOtherFile(int fd) {
  set_.Remove(fd);
  ForgetLost(fd, ENOENT);
}

std::vector<std::pair<int, EpollState>> EpollRegistrations::Registered() const {
  std::vector<std::pair<int, EpollState>> registered;
  table_.ForEach([&](int fd, const EpollEntry& entry) {
    const EpollState state = entry.Load();
    if (state.registered) registered.emplace_back(fd, state);
  });
  return registered;
}

void EpollRegistrations::ForgetLost(int fd, int error) {
  table_.At(fd).Forget();
  ForgetAlwaysReady(fd);
  lost_.Add(fd, error);
}

}  // namespace someos
