#include "someos/tools/worker/sha256_instructions.h"

#include <cstddef>
#include <cstdint>

#include "someos/tools/worker/sha256_constants.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

namespace someos::worker {

bool HasSha256Instructions() {
  unsigned int a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0) {
    return false;
  }
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

// The instructions keep the words a, b, e, f in one register and c, d, g, h in the other, the first
// one in the highest place, and do two rounds at a time.
__attribute__((target("sha,sse4.1,ssse3"))) void MixBlocksByInstructions(
    uint32_t* state, const unsigned char* blocks, size_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  auto* const out = reinterpret_cast<__m128i*>(state);
  const __m128i dcba = _mm_loadu_si128(out);
  const __m128i hgfe = _mm_loadu_si128(out + 1);
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
  const __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
  for (; count > 0; --count, blocks += 64) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i words[4];  // the last 16
    for (int i = 0; i < 16; ++i) {
      __m128i& now = words[i % 4];
      if (i < 4) {
        const auto* const bytes = reinterpret_cast<const __m128i*>(blocks) + i;
        now = _mm_shuffle_epi8(_mm_loadu_si128(bytes), big_endian);
      } else {
        const __m128i& one_ago = words[(i + 3) % 4];
        const __m128i seven_ago = _mm_alignr_epi8(one_ago, words[(i + 2) % 4], 4);
        now = _mm_add_epi32(_mm_sha256msg1_epu32(now, words[(i + 1) % 4]), seven_ago);
        now = _mm_sha256msg2_epu32(now, one_ago);
      }
      const auto* const constants = reinterpret_cast<const __m128i*>(kSha256Constants) + i;
      const __m128i sum = _mm_add_epi32(now, _mm_load_si128(constants));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(out, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(out + 1, _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace someos::worker

#else

namespace someos::worker {

bool HasSha256Instructions() { return false; }

void MixBlocksByInstructions(uint32_t*, const unsigned char*, size_t) {}

}  // namespace someos::worker

#endif
