// What an examination found of a gateway's configuration and of the machine that it is to run on.
#ifndef SERVER_DOCTOR_FINDING_H_
#define SERVER_DOCTOR_FINDING_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace kyc::doctor {

enum class Verdict {
  kOk,
  kLook,  // It works, and somebody should know.
  kMend,  // It does not, or will soon not.
};

// With whom the cure lies.
enum class Whose { kConfiguration, kMachine, kOthers };

// A line for the operator. No value of a secret, nothing that others wrote.
struct Finding {
  std::string check;  // What was looked at: "certificate".
  std::string of;     // Of which: "finpay". Empty where there is but one.
  Verdict verdict = Verdict::kOk;
  Whose whose = Whose::kMachine;
  std::string says;
  std::string advice;  // What to do; empty where all is well.
};

inline Finding Ok(absl::string_view check, absl::string_view of, std::string says) {
  return {std::string(check), std::string(of), Verdict::kOk, Whose::kMachine, std::move(says), {}};
}
inline Finding Look(absl::string_view check, absl::string_view of, std::string says,
                    std::string advice) {
  return {std::string(check), std::string(of), Verdict::kLook,
          Whose::kMachine,    std::move(says), std::move(advice)};
}
inline Finding Mend(absl::string_view check, absl::string_view of, Whose whose, std::string says,
                    std::string advice) {
  return {std::string(check), std::string(of),  Verdict::kMend, whose,
          std::move(says),    std::move(advice)};
}

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_FINDING_H_
