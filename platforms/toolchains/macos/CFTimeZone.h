// What Abseil asks macOS's CoreFoundation for, the name of the machine's time zone, declared for
// compilers that have no SDK of Apple's. The library itself is macOS's own: see CoreFoundation.tbd.

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
