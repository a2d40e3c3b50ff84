#include <string>
#include <utility>

#include "clients/kyc/commands/billed.h"
#include "clients/kyc/commands/files.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/commands/request_json.h"

namespace kyc::cli {
namespace {

class Validate final : public Command {
 public:
  void Declare(Options& options) override {
    DeclareData(options, data_);
    options.Text("--nik", "DIGITS", nik_, "16 digits");
    options.Text("--name", "TEXT", name_, "full name");
    options.Text("--birth-date", "DD-MM-YYYY", birth_date_, "date of birth");
    options.Text("--birth-place", "TEXT", birth_place_, "place of birth");
    options.Text("--home", "TEXT", home_, "address");
    options.Text("--selfie", "IMAGE", selfie_, "to compare with the photo on record");
    billed_.Declare(options, "yours for this customer", Need::kOptional);
  }

  int Run(Session& session) override {
    ::widekyc::v1::ValidateIdRequest request;
    if (const absl::Status read = ReadRequest(data_, session.in, request); !read.ok()) {
      return Fail(session, read);
    }
    if (!nik_.empty()) request.set_nik(nik_);
    if (!name_.empty()) request.set_name(name_);
    if (!birth_date_.empty()) request.set_birth_date(birth_date_);
    if (!birth_place_.empty()) request.set_birth_place(birth_place_);
    if (!home_.empty()) request.set_address(home_);
    if (!billed_.reference.empty()) request.set_cust_ref_no(billed_.reference);
    const absl::Status read_image = ReadIfNamed(selfie_, session.in, [&request](std::string image) {
      request.set_selfie_image(std::move(image));
    });
    if (!read_image.ok()) return Fail(session, read_image);
    billed_.Apply(request);
    return AskBilled(session, &kyc_gateway::Gateway::ValidateId, request);
  }

 private:
  std::string data_, nik_, name_, birth_date_, birth_place_, home_, selfie_;
  Billed billed_;
};

}  // namespace

std::unique_ptr<Command> MakeValidate() { return std::make_unique<Validate>(); }

}  // namespace kyc::cli
