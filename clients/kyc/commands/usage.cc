// usage: who made how many calls, and what they mean for the upstreams' invoices.
#include <array>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/rows.h"
#include "clients/kyc/cli/table.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/commands/pages.h"
#include "clients/kyc/commands/usage_dates.h"
#include "kyc/admin/v1/usage.grpc.pb.h"

namespace kyc::cli {
namespace {

namespace admin = ::kyc::admin::v1;
using Service = admin::UsageService;

// A column, in the rows' order.
struct Column {
  const char* name;
  admin::UsageGroup group;
  std::string (*cell)(const admin::UsageRow&);
};

std::string OutcomeOf(const admin::UsageRow& row) {
  switch (row.outcome()) {
    case admin::USAGE_OUTCOME_SURELY_NOT_BILLED:
      return "surely_not_billed";
    case admin::USAGE_OUTCOME_MAY_BE_BILLED:
      return "may_be_billed";
    case admin::USAGE_OUTCOME_ANSWERED:
      return "answered";
    default:
      return absl::StrCat(static_cast<int>(row.outcome()));
  }
}

constexpr std::array<Column, 6> kColumns = {{
    {"date", admin::USAGE_GROUP_DATE, [](const admin::UsageRow& row) { return row.date(); }},
    {"caller", admin::USAGE_GROUP_CALLER, [](const admin::UsageRow& row) { return row.caller(); }},
    {"account", admin::USAGE_GROUP_ACCOUNT,
     [](const admin::UsageRow& row) { return row.account(); }},
    {"method", admin::USAGE_GROUP_METHOD, [](const admin::UsageRow& row) { return row.method(); }},
    {"outcome", admin::USAGE_GROUP_OUTCOME, OutcomeOf},
    {"reason", admin::USAGE_GROUP_REASON, [](const admin::UsageRow& row) { return row.reason(); }},
}};

constexpr int64_t kAllRows = std::numeric_limits<int64_t>::max();

class Usage final : public Command {
 public:
  void Declare(Options& options) override {
    options.Text("--month", "YYYY-MM", month_, "all its days");
    options.Text("--from", "DAY", from_, "the first day, like 2026-11-01");
    options.Text("--to", "DAY", to_, "the last one; the first");
    options.Texts("--by", "COLUMN", by_,
                  "date, caller, account, method, outcome or reason; repeats. All but date");
    options.Switch("--csv", csv_, "for a spreadsheet");
  }

  int Run(Session& session) override {
    admin::ListUsageRequest request;
    const absl::StatusOr<Dates> dates = DatesOf(month_, from_, to_);
    if (!dates.ok()) return Fail(session, dates.status());
    request.set_from_date(dates->from);
    request.set_to_date(dates->to);
    const absl::StatusOr<std::vector<Column>> columns = Columns();
    if (!columns.ok()) return Fail(session, columns.status());
    for (const Column& column : *columns) request.add_group_by(column.group);
    return List(session, *columns, std::move(request));
  }

 private:
  absl::StatusOr<std::vector<Column>> Columns() const {
    std::vector<Column> columns;
    size_t named = 0;
    for (const Column& column : kColumns) {
      const bool is_named = absl::c_linear_search(by_, column.name);
      if (is_named || (by_.empty() && column.group != admin::USAGE_GROUP_DATE)) {
        columns.push_back(column);
      }
      named += static_cast<size_t>(absl::c_count(by_, column.name));
    }
    if (named == by_.size()) return columns;
    return absl::InvalidArgumentError(
        "--by is one of date, caller, account, method, outcome and reason");
  }

  int List(Session& session, const std::vector<Column>& columns, admin::ListUsageRequest request) {
    const auto reached = Reach(session);
    if (!reached.ok()) return Fail(session, reached.status());
    const auto stub = Service::NewStub(reached->gateway->channel());
    std::vector<Row> rows;
    const int ended = ReadPages(
        session, std::move(request), kAllRows,
        [&](const auto& page_request) {
          return CallOnce(session, *reached, *stub, &Service::Stub::ListUsage, page_request,
                          Calls::kReads);
        },
        [&](const admin::ListUsageResponse& page) {
          const auto row_of = [&](const admin::UsageRow& row) { return RowOf(columns, row); };
          return TellEntries(session, page.rows(), row_of, rows);
        });
    if (ended != kDone) return ended;
    if (!session.json) Print(session, columns, rows);
    return kDone;
  }

  static Row RowOf(const std::vector<Column>& columns, const admin::UsageRow& row) {
    Row cells;
    for (const Column& column : columns) cells.push_back(Printable(column.cell(row)));
    cells.push_back(absl::StrCat(row.calls()));
    return cells;
  }

  void Print(Session& session, const std::vector<Column>& columns,
             const std::vector<Row>& rows) const {
    Row header;
    for (const Column& column : columns) {
      header.push_back(csv_ ? column.name : absl::AsciiStrToUpper(column.name));
    }
    header.push_back(csv_ ? "calls" : "CALLS");
    if (!csv_) {
      ShowRows(session, header, rows, "no call");
      return;
    }
    session.out << CsvLine(header);
    for (const Row& row : rows) session.out << CsvLine(row);
  }

  std::string month_, from_, to_;
  std::vector<std::string> by_;
  bool csv_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeUsage() { return std::make_unique<Usage>(); }

}  // namespace kyc::cli
