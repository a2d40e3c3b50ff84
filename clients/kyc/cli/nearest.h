// Which of the words that are known was meant by one that is not. Pure.
#ifndef CLIENTS_KYC_CLI_NEAREST_H_
#define CLIENTS_KYC_CLI_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc::cli {

// How many letters must be put in, left out, exchanged or swapped with their neighbour to make one
// of the other.
size_t Distance(absl::string_view one, absl::string_view other);

// The nearest of `known`, if it is near enough to have been meant: a third of its letters, at least
// one, may be wrong. Else empty. Of two the first.
std::string Nearest(absl::string_view word, const std::vector<std::string>& known);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_NEAREST_H_
