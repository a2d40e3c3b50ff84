#include "tests/support/planted.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace kyc::tests {
namespace {

// What names would be cut into by whoever splits them into words.
constexpr char kNameWord[] = "Wijayakusuma";
constexpr char kMotherWord[] = "Sekarningrum";
constexpr char kAddressWord[] = "Plantasi";
constexpr char kEmailWord[] = "kotak.example";
constexpr char kJpegInBase64[] = "/9j/4";
constexpr char kPngInBase64[] = "iVBORw0KGgo";

}  // namespace

std::vector<std::string> PlantedIn(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  std::vector<std::string> found;
  for (const char* value :
       {kNameWord, kMotherWord, kBirthPlace, kBirthDate, kAddressWord, kEmailWord, kKkNumber,
        kNikStart, kPhoneStart, kReferenceMark, kWideKycToken, kOtherWideKycToken, kCallbackToken,
        kBearerToken, kMerchantPass, kOtherMerchantPass, kFieldKey, kFieldIv}) {
    if (absl::StrContains(lower, absl::AsciiStrToLower(value))) found.emplace_back(value);
  }
  for (const char* start : {kJpegInBase64, kPngInBase64}) {
    if (absl::StrContains(text, start)) found.emplace_back(start);
  }
  return found;
}

}  // namespace kyc::tests
