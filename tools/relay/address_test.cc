#include "someos/tools/relay/address.h"

#include <sys/socket.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Property;

struct Good {
  absl::string_view text;
  absl::string_view host;
  int port;
  absl::string_view path;
};

TEST(ParseAddressTest, Reads) {
  for (const Good& good : std::vector<Good>{
           {"127.0.0.1:8080", "127.0.0.1", 8080, ""},
           {"localhost:0", "localhost", 0, ""},
           {"[::1]:65535", "::1", 65535, ""},
           {"[fe80::1%eth0]:1", "fe80::1%eth0", 1, ""},
           {"[10.0.0.1]:1", "10.0.0.1", 1, ""},
           {"unix:/run/x", "", 0, "/run/x"},
           {"unix:x:y", "", 0, "x:y"},
           {"unix:./@x", "", 0, "./@x"},
           {"*:80", "*", 80, ""},
       }) {
    SCOPED_TRACE(good.text);
    const absl::StatusOr<Address> address = ParseAddress(good.text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->host, good.host);
    EXPECT_EQ(address->port, good.port);
    EXPECT_EQ(address->path, good.path);
  }
}

struct Bad {
  std::string text;
  absl::string_view why;
};

TEST(ParseAddressTest, TheLongestUnixPath) {
  const std::string path(SocketAddress::MaxUnixPath(), 'x');
  const absl::StatusOr<Address> address = ParseAddress(absl::StrCat("unix:", path));
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->path, path);
}

TEST(ParseAddressTest, SaysWhatIsWrong) {
  for (const Bad& bad : std::vector<Bad>{
           {"", "host:port"},
           {"80", "host:port"},
           {"localhost", "host:port"},
           {"::1:80", "brackets"},
           {"[::1]", "]:port"},
           {"[::1]80:1", "]:port"},
           {":80", "host is missing"},
           {"[]:80", "host is missing"},
           {"localhost:", "port is \"\""},
           {"localhost:http", "port is \"http\""},
           {"localhost:+80", "port is \"+80\""},
           {"localhost: 80", "port is \" 80\""},
           {"localhost:65536", "65535"},
           {"localhost:99999999999999999999", "65535"},
           {"unix:", "path"},
           {absl::StrCat("unix:", std::string(SocketAddress::MaxUnixPath() + 1, 'x')), "bytes"},
       }) {
    SCOPED_TRACE(bad.text);
    const absl::Status status = ParseAddress(bad.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(bad.why)));
  }
}

TEST(ParseAddressTest, AbstractNames) {
  const std::string longest = absl::StrCat("@", std::string(SocketAddress::MaxUnixPath(), 'x'));
  for (const std::string& name : {std::string("@x"), std::string("@a:b c"), longest}) {
    for (const std::string& text : {name, absl::StrCat("unix:", name)}) {
      const absl::StatusOr<Address> address = ParseAddress(text);
      if (!SocketAddress::HasAbstractNames()) {
        EXPECT_THAT(std::string(address.status().message()), HasSubstr("on Linux only"));
        continue;
      }
      ASSERT_TRUE(address.ok()) << address.status();
      EXPECT_EQ(address->path, name);
      EXPECT_EQ(Resolve(*address).value()[0].ToString(), absl::StrCat("unix:", name));
      EXPECT_EQ(Resolve(*address).value()[0].unix_path(), "");
    }
  }
  if (!SocketAddress::HasAbstractNames()) GTEST_SKIP() << "only Linux has them; refused";
  EXPECT_THAT(std::string(ParseAddress("@").status().message()), HasSubstr("name after \"@\""));
  EXPECT_THAT(std::string(ParseAddress(absl::StrCat(longest, "x")).status().message()),
              HasSubstr("108 bytes"));
}

std::vector<SocketAddress> ResolveText(absl::string_view text) {
  return Resolve(ParseAddress(text).value()).value();
}

TEST(ResolveTest, NumbersAreThemselves) {
  for (const char* text : {"127.0.0.1:80", "[::1]:443", "unix:/run/x"}) {
    const std::vector<SocketAddress> found = ResolveText(text);
    ASSERT_EQ(found.size(), 1) << text;
    EXPECT_EQ(found[0].ToString(), text);
  }
}

TEST(ResolveTest, AllAddressesOfAName) {
  const std::vector<SocketAddress> found = ResolveText("localhost:80");
  EXPECT_THAT(found, Not(IsEmpty()));
  EXPECT_THAT(found, Each(Property(&SocketAddress::family, Not(AF_UNIX))));
}

TEST(ResolveTest, AllAddressesOfThisMachine) {
  std::vector<std::string> found;
  for (const SocketAddress& address : ResolveText("*:80")) found.push_back(address.ToString());
  EXPECT_THAT(found, Contains("0.0.0.0:80"));
}

TEST(ResolveTest, UnknownHost) {
  // The top-level domain is reserved for not being there; without a name server the answer is
  // "try again".
  const absl::Status status = Resolve(ParseAddress("nobody.invalid:80").value()).status();
  EXPECT_TRUE(absl::IsNotFound(status) || absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), Not(IsEmpty()));
}

TEST(SocketAddressTest, LongestUnixPath) {
  const std::string path(SocketAddress::MaxUnixPath(), 'x');
  EXPECT_EQ(SocketAddress::Unix(path).unix_path(), path);
}

}  // namespace
}  // namespace someos::relay
