#include "tools/simulator/magic.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "tools/simulator/magic_rows.h"

namespace kyc::simulator {
namespace {

constexpr size_t kFillBytes = 2 << 20;
constexpr long kLongestDelayMs = 600'000;

bool IsPrefix(MagicField field) {
  return field == MagicField::kCustRefNo || field == MagicField::kLiveness ||
         field == MagicField::kRecognize;
}

std::vector<MagicRow> AllRows() {
  std::vector<MagicRow> all;
  for (std::vector<MagicRow> rows : {WideKycRows(), TransportRows(), NikRows(), FinpayRows()}) {
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
  }
  return all;
}

void Replace(std::string& text, std::string_view mark, std::string_view by) {
  const size_t at = text.find(mark);
  if (at != std::string::npos) text.replace(at, mark.size(), by);
}

std::string Padded(std::string_view text, size_t width) {
  std::string padded(text);
  padded.append(padded.size() < width ? width - padded.size() : 1, ' ');
  return padded;
}

}  // namespace

std::string_view FieldName(MagicField field) {
  switch (field) {
    case MagicField::kCustRefNo:
      return "cust_ref_no begins";
    case MagicField::kLiveness:
      return "cust_ref_no begins, passive-liveness";
    case MagicField::kRecognize:
      return "cust_ref_no begins, id-recognize";
    case MagicField::kNik:
      return "nik ends, id-validation";
    case MagicField::kPhoneNo:
      return "phoneNo ends, Finpay";
  }
  return "";
}

const std::vector<MagicRow>& MagicTable() {
  static const auto& table = *new std::vector<MagicRow>(AllRows());
  return table;
}

const MagicRow* FindMagic(MagicField field, std::string_view value) {
  const MagicRow* best = nullptr;
  for (const MagicRow& row : MagicTable()) {
    if (row.field != field) continue;
    const bool matches =
        IsPrefix(field) ? value.starts_with(row.value) : value.ends_with(row.value);
    if (matches && (best == nullptr || row.value.size() > best->value.size())) best = &row;
  }
  return best;
}

Answer FillAnswer(const MagicRow& row, std::string_view value, std::string_view sample,
                  std::string_view echo) {
  Answer answer = row.answer;
  Replace(answer.body, "{sample}", sample);
  Replace(answer.body, "{half}", sample.substr(0, sample.size() / 2));
  Replace(answer.body, "{echo}", echo);
  Replace(answer.body, "{fill}", std::string(kFillBytes, ' '));
  if (row.delay_in_value) {
    const std::string digits(value.substr(row.value.size()));
    const long ms = std::strtol(digits.c_str(), nullptr, 10);
    answer.delay = std::chrono::milliseconds(std::clamp(ms, 0L, kLongestDelayMs));
  }
  return answer;
}

std::string ListMagic() {
  std::string text;
  std::string_view heading;
  for (const MagicRow& row : MagicTable()) {
    if (FieldName(row.field) != heading) {
      heading = FieldName(row.field);
      text += "\n" + std::string(heading) + "\n";
    }
    text += "  " + Padded(row.value + (row.delay_in_value ? "<ms>" : ""), 26) +
            std::to_string(row.answer.status) + "  " + row.what + "\n";
  }
  return text;
}

}  // namespace kyc::simulator
