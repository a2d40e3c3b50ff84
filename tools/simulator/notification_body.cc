#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "tools/simulator/notifier.h"

namespace kyc::simulator {

// That originalReferenceNo is the widget request's partnerReferenceNo is our assumption: no
// document says so. customer, pictures and benefits are the document's samples.
std::string NotificationBody(const Upgrade& upgrade, const NotifyStep& step, bool status_inside) {
  namespace json = boost::json;
  const std::string cloud = "https://res.cloudinary.com/netzme/image/authenticated/";
  json::object info = {
      {"type", status_inside ? "cdd" : "upgrade_account"},
      {"identificationCardImageUrl", cloud + "s--ILKGcPmn--/v1627373165/cdd/open_api_netzme.jpg"},
      {"selfieImageUrl", cloud + "s--3dPbkrGN--/v1627359572/cdd/qris.png"}};
  if (step.status == "approved") {
    info["benefits"] = {"Sekarang kamu bisa transfer saldo Netzme kamu ke rekening bank manapun.",
                        "Sekarang kamu bisa isi saldo Netzme sampai Rp 10 juta.",
                        "Kamu bisa beli pulsa dengan harga lebih murah."};
  } else if (step.status == "rejected") {
    info["rejectReasons"] = {"Foto KTP tidak jelas"};
  }
  json::object body = {
      {"originalReferenceNo", upgrade.reference},
      {"custId", "G7tKXzoD"},
      {"motherMaidenName", upgrade.mother_name.empty() ? "WAAASAAWA" : upgrade.mother_name}};
  (status_inside ? info : body)["status"] = step.status;
  body["additionalInfo"] = std::move(info);
  return json::serialize(body);
}

}  // namespace kyc::simulator
