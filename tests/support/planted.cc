#include "tests/support/planted.h"

#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kyc::tests {
namespace {

// What names would be cut into by whoever splits them into words.
constexpr char kNameWord[] = "Wijayakusuma";
constexpr char kMotherWord[] = "Sekarningrum";
constexpr char kAddressWord[] = "Plantasi";
constexpr char kEmailWord[] = "kotak.example";
constexpr char kJpegInBase64[] = "/9j/4";
constexpr char kPngInBase64[] = "iVBORw0KGgo";

constexpr std::array kValues = {kNameWord,      kMotherWord,    kBirthPlace,   kBirthDate,
                                kAddressWord,   kEmailWord,     kKkNumber,     kNikStart,
                                kPhoneStart,    kReferenceMark, kWideKycToken, kOtherWideKycToken,
                                kCallbackToken, kBearerToken,   kMerchantPass, kOtherMerchantPass,
                                kFieldKey,      kFieldIv};

// What base64 makes of a text that stands anywhere in another one: three texts, without the
// characters at their ends that depend on what stands beside it.
std::vector<std::string> InBase64(absl::string_view value) {
  std::vector<std::string> forms;
  for (size_t before = 0; before < 3; ++before) {
    const std::string text = absl::Base64Escape(absl::StrCat(std::string(before, 'x'), value));
    const size_t whole = (before + value.size()) / 3 * 4;
    const size_t begin = before == 0 ? 0 : 4;
    forms.push_back(text.substr(begin, whole - begin));
  }
  return forms;
}

// Finds many words in one pass.
class Words {
 public:
  // `name` is what is found where `word`, of two bytes or more, stands.
  void Add(std::string word, std::string name) {
    by_start_[Start(word)].push_back({std::move(word), std::move(name)});
  }
  void FindIn(absl::string_view text, std::vector<std::string>& found) const {
    for (size_t at = 0; at + 1 < text.size(); ++at) {
      for (const Word& word : by_start_[Start(text.substr(at, 2))]) {
        if (!absl::StartsWith(text.substr(at), word.word)) continue;
        if (found.empty() || found.back() != word.name) found.push_back(word.name);
      }
    }
  }

 private:
  struct Word {
    std::string word;
    std::string name;
  };
  static size_t Start(absl::string_view word) {
    return static_cast<uint8_t>(word[0]) << 8 | static_cast<uint8_t>(word[1]);
  }
  std::vector<std::vector<Word>> by_start_ = std::vector<std::vector<Word>>(65'536);
};

// In small letters.
const Words& InAnyCase() {
  static const auto& words = *[] {
    auto* made = new Words();
    for (const char* value : kValues) {
      made->Add(absl::AsciiStrToLower(value), value);
      made->Add(absl::BytesToHexString(value), absl::StrCat(value, " in hex"));
    }
    return made;
  }();
  return words;
}

const Words& AsTheyAre() {
  static const auto& words = *[] {
    auto* made = new Words();
    for (const char* start : {kJpegInBase64, kPngInBase64}) made->Add(start, start);
    for (const char* value : kValues) {
      for (std::string& form : InBase64(value)) {
        made->Add(std::move(form), absl::StrCat(value, " in base64"));
      }
    }
    return made;
  }();
  return words;
}

}  // namespace

std::vector<std::string> PlantedIn(absl::string_view text) {
  std::vector<std::string> found;
  InAnyCase().FindIn(absl::AsciiStrToLower(text), found);
  AsTheyAre().FindIn(text, found);
  return found;
}

}  // namespace kyc::tests
