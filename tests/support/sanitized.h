// Whether this is a sanitizer's build.
#ifndef TESTS_SUPPORT_SANITIZED_H_
#define TESTS_SUPPORT_SANITIZED_H_

namespace kyc::tests {

// There memory is another matter; what ends how is not.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_SANITIZED_H_
