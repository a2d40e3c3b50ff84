// Lists that come by pages.
#ifndef CLIENTS_KYC_COMMANDS_PAGES_H_
#define CLIENTS_KYC_COMMANDS_PAGES_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "clients/kyc/cli/failure.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/session.h"
#include "clients/kyc/cli/table.h"

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

// Of a page: shows each entry at once where the session says JSON, else adds its row to `rows`,
// which are shown together. How many there were.
template <typename Entries, typename RowOf>
int TellEntries(Session& session, const Entries& entries, RowOf row_of, std::vector<Row>& rows) {
  for (const auto& entry : entries) {
    if (session.json) {
      Show(session, entry);
    } else {
      rows.push_back(row_of(entry));
    }
  }
  return entries.size();
}

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_PAGES_H_
