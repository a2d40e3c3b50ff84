// The one table of magic values: what in a request makes the simulator answer otherwise than by the
// documents' samples. It is both the behaviour and the text of --list-magic.
#ifndef TOOLS_SIMULATOR_MAGIC_H_
#define TOOLS_SIMULATOR_MAGIC_H_

#include <string>
#include <string_view>
#include <vector>

#include "tools/simulator/message.h"

namespace kyc::simulator {

// Where the value stands, and how it is compared.
enum class MagicField {
  kCustRefNo,  // WideKYC, any endpoint: cust_ref_no begins with it; the longest row wins.
  kLiveness,   // The same, passive-liveness only.
  kRecognize,  // The same, id-recognize only.
  kNik,        // id-validation: nik ends with it.
  kPhoneNo,    // Finpay: phoneNo ends with it.
};

// One notification of those that follow a widget.
struct NotifyStep {
  std::string status = "approved";
  bool other_shape = false;  // The document's other shape than --notify-shape's.
  bool wrong_token = false;
};

struct MagicRow {
  MagicField field;
  std::string value;
  std::string what;
  // Its body may hold {sample} (the endpoint's documented reply), {half} (the first half of it),
  // {echo} (the request's own values) and {fill} (2 MiB of spaces).
  Answer answer;
  std::vector<NotifyStep> notify = {};  // Finpay only: sent in this order after the reply.
  bool delay_in_value = false;          // Milliseconds follow the value.
  bool first_only = false;              // WideKYC only: a value that came before gets the sample.
};

// For people: "cust_ref_no", "nik", ...
std::string_view FieldName(MagicField field);

const std::vector<MagicRow>& MagicTable();

// The row for this value of this field, or null. The table is of static lifetime.
const MagicRow* FindMagic(MagicField field, std::string_view value);

// The answer of a row, its body filled in.
Answer FillAnswer(const MagicRow& row, std::string_view value, std::string_view sample,
                  std::string_view echo);

// The whole table as text.
std::string ListMagic();

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_MAGIC_H_
