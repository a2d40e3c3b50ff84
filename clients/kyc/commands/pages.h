// Lists that come by pages.
#ifndef CLIENTS_KYC_COMMANDS_PAGES_H_
#define CLIENTS_KYC_COMMANDS_PAGES_H_

#include <algorithm>
#include <cstdint>

#include "clients/kyc/cli/failure.h"
#include "clients/kyc/cli/session.h"

namespace kyc::cli {

// Asks for page after page until `limit` entries have come or there are no more. `ask` returns a
// client's Answer; `tell` takes a page and returns how many entries it has. The exit status.
template <typename Request, typename Ask, typename Tell>
int ReadPages(Session& session, Request request, int64_t limit, Ask ask, Tell tell) {
  constexpr int64_t kMostOfAPage = 500;
  for (int64_t left = limit; left > 0;) {
    request.set_page_size(static_cast<int>(std::min(left, kMostOfAPage)));
    const auto page = ask(request);
    if (!page.ok()) return Fail(session, page.error());
    left -= tell(*page);
    if (page->next_page_token().empty()) break;
    request.set_page_token(page->next_page_token());
  }
  return kDone;
}

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_PAGES_H_
