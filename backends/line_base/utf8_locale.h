// Libraries that ask the C library how wide a character is.

#ifndef SOMEOS_BACKENDS_LINE_BASE_UTF8_LOCALE_H_
#define SOMEOS_BACKENDS_LINE_BASE_UTF8_LOCALE_H_

#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

namespace someos::line_base {

// During its lifetime, characters are UTF-8 for the C library's functions in this thread, whatever
// the program's locale is. Where the system has no such locale, the program's stays.
class Utf8Locale {
 public:
  Utf8Locale() : before_(locale() == locale_t() ? locale_t() : uselocale(locale())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    if (before_ != locale_t()) uselocale(before_);
  }

 private:
  // Made once, and never freed: a thread may use it at any time.
  static locale_t locale() {
    static const locale_t kLocale = [] {
      for (const char* const name : {"C.UTF-8", "en_US.UTF-8"}) {
        const locale_t made = newlocale(LC_CTYPE_MASK, name, locale_t());
        if (made != locale_t()) return made;
      }
      return locale_t();
    }();
    return kLocale;
  }

  locale_t before_;
};

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_UTF8_LOCALE_H_
