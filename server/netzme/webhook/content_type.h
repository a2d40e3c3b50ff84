// Whether a request's Content-Type means JSON. Pure.
#ifndef SERVER_NETZME_WEBHOOK_CONTENT_TYPE_H_
#define SERVER_NETZME_WEBHOOK_CONTENT_TYPE_H_

#include "server/http/handler.h"

namespace kyc::netzme {

enum class ContentType {
  kJson,       // application/json, as documented; a charset of UTF-8 says nothing new.
  kMeansJson,  // text/json, application/x-json, .../...+json, several that mean JSON, another
               // charset, or none.
  kOther,
};

ContentType ContentTypeOf(const http::Headers& headers);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_WEBHOOK_CONTENT_TYPE_H_
