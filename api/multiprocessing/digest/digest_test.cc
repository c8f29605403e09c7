// The digests against the examples of their standards, and against an interpreter's hashlib, which
// has OpenSSL's.

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/digest/hmac.h"
#include "someos/api/multiprocessing/digest/secret.h"
#include "someos/testing/shell_command.h"

namespace someos::multiprocessing::internal {
namespace {

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

struct Example {
  DigestAlgorithm algorithm;
  absl::string_view message;
  absl::string_view digest;
};

// RFC 1321; the examples of FIPS 180-4 and FIPS 202 on NIST's site.
constexpr Example kExamples[] = {
    {DigestAlgorithm::kMd5, "", "d41d8cd98f00b204e9800998ecf8427e"},
    {DigestAlgorithm::kMd5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {DigestAlgorithm::kMd5, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "8215ef0796a20bcaaae116d3876c664a"},
    {DigestAlgorithm::kMd5,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     "03dd8807a93175fb062dfb55dc7d359c"},
    {DigestAlgorithm::kSha256, "",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {DigestAlgorithm::kSha256, "abc",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {DigestAlgorithm::kSha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {DigestAlgorithm::kSha256,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {DigestAlgorithm::kSha384, "",
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fb"
     "d51ad2f14898b95b"},
    {DigestAlgorithm::kSha384, "abc",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc23"
     "58baeca134c825a7"},
    {DigestAlgorithm::kSha384, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6b0455a8520bc4e6f"
     "5fe95b1fe3c8452b"},
    {DigestAlgorithm::kSha384,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db9"
     "66c3e9fa91746039"},
    {DigestAlgorithm::kSha3_256, "",
     "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
    {DigestAlgorithm::kSha3_256, "abc",
     "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {DigestAlgorithm::kSha3_256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "41c0dba2a9d6240849100376a8235e2c82e1b9998a999e21db32dd97496d3376"},
    {DigestAlgorithm::kSha3_256,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     "916f6061fe879741ca6469b43971dfdb28b1a32dc36cb3254e812be27aad1d18"},
    {DigestAlgorithm::kSha3_384, "",
     "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2ac3713831264adb47"
     "fb6bd1e058d5f004"},
    {DigestAlgorithm::kSha3_384, "abc",
     "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f5"
     "39f1edf228376d25"},
    {DigestAlgorithm::kSha3_384, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "991c665755eb3a4b6bbdfb75c78a492e8c56a22c5c4d7e429bfdbc32b9d4ad5aa04a1f076e62fea1"
     "9eef51acd0657c22"},
    {DigestAlgorithm::kSha3_384,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     "79407d3b5916b59c3e30b09822974791c313fb9ecc849e406f23592d04f625dc8c709b98b43b3852"
     "b337216179aa7fc7"},
};

TEST(DigestTest, IsThatOfTheStandards) {
  for (const Example& example : kExamples) {
    EXPECT_EQ(Hex(Digest(example.algorithm, example.message)), example.digest)
        << NameOf(example.algorithm) << " of \"" << example.message << "\"";
  }
}

TEST(DigestTest, OfAMillionBytes) {
  const std::string million(1000000, 'a');
  EXPECT_EQ(Hex(Digest(DigestAlgorithm::kMd5, million)), "7707d6ae4e027c70eea2a935c2296f21");
  EXPECT_EQ(Hex(Digest(DigestAlgorithm::kSha256, million)),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(Hex(Digest(DigestAlgorithm::kSha384, million)),
            "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4eb"
            "ae97ddd87f3d8985");
  EXPECT_EQ(Hex(Digest(DigestAlgorithm::kSha3_256, million)),
            "5c8875ae474a3634ba4fd55ec85bffd661f32aca75c6d699d0cdcb6c115891c1");
  EXPECT_EQ(Hex(Digest(DigestAlgorithm::kSha3_384, million)),
            "eee9e24d78c1855337983451df97c8ad9eedf256c6334f8e948d252d5e0e76847aa0774ddb90a842"
            "190d2c558b4b8340");
}

struct MacExample {
  DigestAlgorithm algorithm;
  std::string key;
  absl::string_view message;
  absl::string_view mac;
};

// RFC 4231 and RFC 2202; with SHA-3, the same keys and messages.
TEST(HmacTest, IsThatOfTheStandards) {
  const MacExample examples[] = {
      {DigestAlgorithm::kSha256, std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {DigestAlgorithm::kSha256, "Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {DigestAlgorithm::kSha256, std::string(131, '\xaa'),
       "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {DigestAlgorithm::kSha384, std::string(20, '\x0b'), "Hi There",
       "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f"
       "4af152e8b2fa9cb6"},
      {DigestAlgorithm::kSha384, "Jefe", "what do ya want for nothing?",
       "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c7"
       "8b3239ecfab21649"},
      {DigestAlgorithm::kSha384, std::string(131, '\xaa'),
       "Test Using Larger Than Block-Size Key - Hash Key First",
       "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe82"
       "96248df163f44952"},
      {DigestAlgorithm::kSha3_256, std::string(20, '\x0b'), "Hi There",
       "ba85192310dffa96e2a3a40e69774351140bb7185e1202cdcc917589f95e16bb"},
      {DigestAlgorithm::kSha3_256, "Jefe", "what do ya want for nothing?",
       "c7d4072e788877ae3596bbb0da73b887c9171f93095b294ae857fbe2645e1ba5"},
      {DigestAlgorithm::kSha3_256, std::string(131, '\xaa'),
       "Test Using Larger Than Block-Size Key - Hash Key First",
       "ed73a374b96c005235f948032f09674a58c0ce555cfc1f223b02356560312c3b"},
      {DigestAlgorithm::kSha3_384, std::string(20, '\x0b'), "Hi There",
       "68d2dcf7fd4ddd0a2240c8a437305f61fb7334cfb5d0226e1bc27dc10a2e723a20d370b47743130e"
       "26ac7e3d532886bd"},
      {DigestAlgorithm::kSha3_384, "Jefe", "what do ya want for nothing?",
       "f1101f8cbf9766fd6764d2ed61903f21ca9b18f57cf3e1a23ca13508a93243ce48c045dc007f26a2"
       "1b3f5e0e9df4c20a"},
      {DigestAlgorithm::kSha3_384, std::string(131, '\xaa'),
       "Test Using Larger Than Block-Size Key - Hash Key First",
       "0fc19513bf6bd878037016706a0e57bc528139836b9a42c3d419e498e0e1fb9616fd669138d33a11"
       "05e07c72b6953bcc"},
      {DigestAlgorithm::kMd5, std::string(16, '\x0b'), "Hi There",
       "9294727a3638bb1c13f48ef8158bfc9d"},
      {DigestAlgorithm::kMd5, "Jefe", "what do ya want for nothing?",
       "750c783e6ab0b503eaa86e310a5db738"},
      {DigestAlgorithm::kMd5, std::string(80, '\xaa'),
       "Test Using Larger Than Block-Size Key - Hash Key First",
       "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"},
  };
  for (const MacExample& example : examples) {
    EXPECT_EQ(Hex(Hmac(example.algorithm, example.key, example.message)), example.mac)
        << NameOf(example.algorithm) << " of \"" << example.message << "\"";
  }
}

// The message and the key of hashlib_digests.py.
std::string Text(size_t size, size_t start, size_t step) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text.push_back(static_cast<char>(start + step * i));
  return text;
}

// Each length up to beyond two blocks of each digest, where paddings go wrong.
TEST(DigestTest, IsThatOfHashlibForEachLength) {
  constexpr size_t kLengths = 300;
  const CommandResult said =
      RunShellCommand(absl::StrCat("python3 ", std::getenv("HASHLIB"), " 2>/dev/null"));
  if (said.exit_status != 0) GTEST_SKIP() << "no python3 with hashlib here";
  const std::vector<std::string> lines = absl::StrSplit(said.output, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 5 * kLengths);
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t size = i % kLengths;
    const std::vector<std::string> fields = absl::StrSplit(lines[i], ' ');
    ASSERT_EQ(fields.size(), 3) << lines[i];
    const DigestAlgorithm algorithm = FindDigest(fields[0]).value();
    const std::string message = Text(size, 7 * size, 31);
    EXPECT_EQ(Hex(Digest(algorithm, message)), fields[1]) << fields[0] << " " << size;
    EXPECT_EQ(Hex(Hmac(algorithm, Text(size, size, 13), message)), fields[2])
        << fields[0] << " " << size;
  }
}

TEST(DigestTest, NamesArePythons) {
  for (const char* name : {"md5", "sha256", "sha384", "sha3_256", "sha3_384"}) {
    ASSERT_TRUE(FindDigest(name).has_value()) << name;
    EXPECT_EQ(NameOf(*FindDigest(name)), name);
    EXPECT_EQ(Digest(*FindDigest(name), "").size(), DigestSize(*FindDigest(name)));
  }
  EXPECT_FALSE(FindDigest("sha1").has_value());
  EXPECT_FALSE(FindDigest("").has_value());
}

TEST(SecretTest, ComparesAllBytes) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("xbc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
}

TEST(SecretTest, IsWiped) {
  std::string key = "a key that is too long to be stored within the string itself";
  const char* bytes = key.data();
  const size_t size = key.size();
  Wipe(key);
  EXPECT_TRUE(key.empty());
  EXPECT_EQ(std::string(bytes, size), std::string(size, '\0'));  // the capacity is still the key's
}

}  // namespace
}  // namespace someos::multiprocessing::internal
