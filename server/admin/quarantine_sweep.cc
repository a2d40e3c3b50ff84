#include "server/admin/quarantine_sweep.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"

namespace kyc::admin {
namespace {

constexpr int kPage = 100;

// The code point that `text`, which is valid UTF-8, begins with; it is taken off.
uint32_t TakeCodePoint(absl::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  uint32_t code = size == 1 ? first : first & (0xFF >> (size + 1));
  for (size_t i = 1; i < size && i < text.size(); ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  text.remove_prefix(std::min(size, text.size()));
  return code;
}

// As JSON escapes it where everything beyond ASCII is, too.
std::string Escaped(absl::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const uint32_t code = TakeCodePoint(text);
    if (code == '"' || code == '\\') {
      escaped += {'\\', static_cast<char>(code)};
    } else if (code >= 0x10000) {
      absl::StrAppendFormat(&escaped, "\\u%04x\\u%04x", 0xD800 + ((code - 0x10000) >> 10),
                            0xDC00 + ((code - 0x10000) & 0x3FF));
    } else if (code >= 0x80) {
      absl::StrAppendFormat(&escaped, "\\u%04x", code);
    } else {
      escaped.push_back(static_cast<char>(code));
    }
  }
  return escaped;
}

}  // namespace

bool HasText(absl::string_view body, absl::string_view text) {
  if (absl::StrContains(body, text)) return true;
  const std::string escaped = Escaped(text);
  if (escaped == text) return false;
  return absl::StrContains(absl::AsciiStrToLower(body), absl::AsciiStrToLower(escaped));
}

absl::StatusOr<std::vector<int64_t>> EntriesWith(const events::Quarantine& quarantine,
                                                 const std::string& text,
                                                 const std::string& account) {
  std::vector<int64_t> found;
  for (int64_t after = 0;;) {
    const auto page = quarantine.ListQuarantined(after, kPage);
    if (!page.ok()) return page.status();
    if (page->empty()) return found;
    for (const events::QuarantinedBody& entry : *page) {
      after = entry.id;
      if (!account.empty() && entry.owner.account != account) continue;
      const auto whole = quarantine.GetQuarantined(entry.id);
      if (absl::IsNotFound(whole.status())) continue;  // Gone meanwhile.
      if (!whole.ok()) return whole.status();
      if (HasText(whole->body, text)) found.push_back(entry.id);
    }
  }
}

}  // namespace kyc::admin
