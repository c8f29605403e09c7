#include "someos/api/multiprocessing/logging/logger.h"

#include <string>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/logging/log_event.h"
#include "someos/api/multiprocessing/logging/log_level.h"
#include "someos/api/multiprocessing/process/current_process.h"
#include "someos/testing/expect_in_child.h"

namespace someos::multiprocessing {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// Keeps what it gets.
class Lines final : public absl::LogSink {
 public:
  Lines() { GetLogger().AddSink(this); }
  ~Lines() override {
    GetLogger().RemoveSink(this);
    GetLogger().SetLevel(kNotSet);
  }
  void Send(const absl::LogEntry& entry) override {
    lines.push_back(FormatLogEntry(entry));
    severities.push_back(entry.log_severity());
    GetLogger().Log(kCritical, "of a sink");  // is dropped
  }

  std::vector<std::string> lines;
  std::vector<absl::LogSeverity> severities;
};

// The first test of the program: nobody has asked for the logger.
TEST(LoggerTest, NothingIsComposedForNobody) {
  struct Composed {
    operator absl::AlphaNum() const {  // NOLINT(google-explicit-constructor)
      ADD_FAILURE();
      return absl::AlphaNum("");
    }
  };
  internal::LogEvent(kCritical, Composed());
  Lines lines;
  internal::LogEvent(kInfo, Composed());
  EXPECT_THAT(lines.lines, IsEmpty());
}

TEST(LoggerTest, HasPythonsLevelsAndFormat) {
  Lines lines;
  Logger& logger = GetLogger();
  EXPECT_EQ(logger.level(), kNotSet);
  EXPECT_TRUE(logger.IsEnabledFor(kWarning));
  EXPECT_FALSE(logger.IsEnabledFor(kSubWarning));
  logger.SetLevel(1);
  for (const int level : {5, 10, 15, 20, 25, 30, 40, 50}) {
    logger.Log(level, absl::StrCat("m", level));
  }
  EXPECT_THAT(lines.lines, ElementsAre("[SUBDEBUG/MainProcess] m5", "[DEBUG/MainProcess] m10",
                                       "[Level 15/MainProcess] m15", "[INFO/MainProcess] m20",
                                       "[SUBWARNING/MainProcess] m25", "[WARNING/MainProcess] m30",
                                       "[ERROR/MainProcess] m40", "[CRITICAL/MainProcess] m50"));
  const auto info = absl::LogSeverity::kInfo;
  const auto warning = absl::LogSeverity::kWarning;
  const auto error = absl::LogSeverity::kError;
  EXPECT_THAT(lines.severities,
              ElementsAre(info, info, info, info, warning, warning, error, error));
  logger.SetLevel(kInfo);
  lines.lines.clear();
  logger.Log(kDebug, "less");
  internal::LogEvent(kInfo, "process ", 5);
  EXPECT_THAT(lines.lines, ElementsAre("[INFO/MainProcess] process 5"));
}

TEST(LoggerTest, PrintsToStderrOnce) {
  CurrentProcess().SetName("Renamed");
  testing::internal::CaptureStderr();
  LogToStderr();
  LogToStderr(kDebug).Log(kDebug, "seen");
  GetLogger().Log(kSubDebug, "not seen");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "[DEBUG/Renamed] seen\n");
  CurrentProcess().SetName("MainProcess");
  GetLogger().SetLevel(kNotSet);
}

TEST(LoggerTest, AForkedChildLogsWhatItsParentDoes) {
  Lines lines;
  GetLogger().SetLevel(kInfo);
  ExpectInChild([&] {
    CurrentProcess().SetName("Child");
    GetLogger().Log(kInfo, "here");
    EXPECT_THAT(lines.lines, Contains("[INFO/Child] here"));
  });
}

}  // namespace
}  // namespace someos::multiprocessing
