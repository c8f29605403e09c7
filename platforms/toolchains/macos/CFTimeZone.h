// The declarations of macOS's CoreFoundation that Abseil needs, to get the name of the machine's
// time zone; for compilers without Apple's SDK. The library itself is that of macOS: see
// CoreFoundation.tbd.

#ifndef SOMEOS_PLATFORMS_TOOLCHAINS_MACOS_CFTIMEZONE_H_
#define SOMEOS_PLATFORMS_TOOLCHAINS_MACOS_CFTIMEZONE_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef const struct SomeosCFString* CFStringRef;
typedef const struct SomeosCFTimeZone* CFTimeZoneRef;
typedef signed long CFIndex;
typedef uint32_t CFStringEncoding;
typedef unsigned char Boolean;

enum { kCFStringEncodingUTF8 = 0x08000100 };

CFTimeZoneRef CFTimeZoneCopyDefault(void);
CFStringRef CFTimeZoneGetName(CFTimeZoneRef time_zone);
CFIndex CFStringGetLength(CFStringRef string);
CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding);
Boolean CFStringGetCString(CFStringRef string, char* buffer, CFIndex size,
                           CFStringEncoding encoding);
void CFRelease(const void* object);

#ifdef __cplusplus
}
#endif

#endif  // SOMEOS_PLATFORMS_TOOLCHAINS_MACOS_CFTIMEZONE_H_
