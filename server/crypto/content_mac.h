// A keyed digest of content that comes in pieces, at the cost of reading it.
#ifndef SERVER_CRYPTO_CONTENT_MAC_H_
#define SERVER_CRYPTO_CONTENT_MAC_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "server/call/secret.h"

struct evp_cipher_ctx_st;

namespace kyc::crypto {

// GMAC under a key of the record's own: AES-256-GCM of no text, all content being additional data,
// which costs a tenth of HMAC-SHA-256. Its nonce is always the same, so at most one digest of a
// record may be shown to anybody who could choose contents; equal ones tell nothing. Used by one
// thread.
class ContentMac {
 public:
  // `record` is unique under `key`.
  ContentMac(const Secret& key, absl::string_view record);

  // The next piece; how content is divided into pieces makes no difference.
  void Add(absl::string_view piece);
  // A whole number in eight bytes: before a piece of that length, it says where that ends.
  void AddSize(size_t size);
  // 16 bytes. Nothing is added after it.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

}  // namespace kyc::crypto

#endif  // SERVER_CRYPTO_CONTENT_MAC_H_
