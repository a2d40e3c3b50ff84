// One request as the simulated companies saw it, and what they make of it.
#ifndef TOOLS_SIMULATOR_EXCHANGE_H_
#define TOOLS_SIMULATOR_EXCHANGE_H_

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/simulator/magic.h"
#include "tools/simulator/message.h"

namespace kyc::simulator {

// What Netzme will tell about a widget.
struct Upgrade {
  std::string reference;
  std::string mother_name;  // Empty: the document's sample.
  std::vector<NotifyStep> steps;
};

struct Exchange {
  std::string reference;       // cust_ref_no or partnerReferenceNo; empty if none was readable.
  std::string magic;           // The magic value that decided, if one did.
  boost::json::object fields;  // As read: ciphertexts decrypted, images left out.
  boost::json::object images;  // By field: type, bytes, sha256.
  Answer answer;
  std::optional<Answer> later;  // Instead, if the reference came before.
  Upgrade upgrade;              // No steps: nothing to tell.
};

// The value of a text field in the first bytes of a body that has not wholly arrived, else empty.
std::string_view PeekText(std::string_view body, std::string_view name);

// Type, size and sha256 of a decoded image.
boost::json::object DescribeImage(std::string_view bytes);

// All texts of `fields`, joined and fit for a JSON text.
std::string EchoOf(const boost::json::object& fields);

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_EXCHANGE_H_
