// Values that tests send and that nobody but the upstream may ever see: not the gateway's log, not
// its metrics, not an error.
#ifndef TESTS_SUPPORT_PLANTED_H_
#define TESTS_SUPPORT_PLANTED_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc::tests {

// The customer's.
inline constexpr char kName[] = "Plantina Wijayakusuma";
inline constexpr char kMother[] = "Plantara \"Ibu\" Sekarningrum";
inline constexpr char kBirthPlace[] = "Plantungan";
inline constexpr char kBirthDate[] = "27-11-1983";
inline constexpr char kAddress[] = "Jalan Plantasi 77 Blok Q";
inline constexpr char kEmail[] = "plantina@kotak.example";
inline constexpr char kKkNumber[] = "3374051128990417";
// With the last four digits, which may be the simulator's magic.
inline constexpr char kNikStart[] = "337405671183";
inline constexpr char kPhoneStart[] = "62857419";
// A part of every reference.
inline constexpr char kReferenceMark[] = "PlantRef9";

// The gateway's.
inline constexpr char kWideKycToken[] = "planted-widekyc-token";
inline constexpr char kOtherWideKycToken[] = "planted-second-token";
inline constexpr char kCallbackToken[] = "planted-callback-token";
inline constexpr char kBearerToken[] = "planted-bearer-token-of-a-service";
inline constexpr char kMerchantPass[] = "planted-pass";
inline constexpr char kOtherMerchantPass[] = "planted-second-pass";
inline constexpr char kFieldKey[] = "planted-key-16by";
inline constexpr char kFieldIv[] = "planted-iv-16byt";

// Those of the planted values that `text` holds, in any letter case. Pictures in base64 count too.
std::vector<std::string> PlantedIn(absl::string_view text);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_PLANTED_H_
