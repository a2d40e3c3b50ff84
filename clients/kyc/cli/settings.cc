#include "clients/kyc/cli/settings.h"

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kyc::cli {
namespace {

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status SetTls(const std::string& from, const std::string& value, Said& said) {
  if (value != "true" && value != "false") return Wrong(absl::StrCat(from, " wants true or false"));
  said.tls = value == "true";
  return absl::OkStatus();
}

std::string* TextOf(absl::string_view key, Said& said) {
  if (key == "address") return &said.address;
  if (key == "token") return &said.token;
  if (key == "token_file") return &said.token_file;
  if (key == "ca") return &said.ca_file;
  if (key == "cert") return &said.certificate_file;
  if (key == "key") return &said.key_file;
  return nullptr;
}

absl::Status Take(const std::string& path, const CLI::ConfigItem& item, Said& said) {
  const std::string from = absl::StrCat(path, ": ", item.fullname());
  std::string* const text = TextOf(item.name, said);
  if ((text == nullptr && item.name != "tls") || !item.parents.empty()) {
    return Wrong(absl::StrCat(
        from,
        " is unknown; a settings file may say address, token, token_file, tls, ca, cert, "
        "key"));
  }
  if (item.inputs.size() != 1) return Wrong(absl::StrCat(from, " wants one value"));
  if (item.name == "tls") return SetTls(from, item.inputs[0], said);
  *text = item.inputs[0];
  return absl::OkStatus();
}

const std::string& First(const std::string& a, const std::string& b, const std::string& c) {
  return !a.empty() ? a : !b.empty() ? b : c;
}

bool NamesCertificates(const Said& said) {
  return !said.ca_file.empty() || !said.certificate_file.empty() || !said.key_file.empty();
}

// Whoever names certificates means TLS.
absl::optional<bool> TlsOf(const Said& said) {
  if (said.tls.has_value()) return said.tls;
  return NamesCertificates(said) ? absl::make_optional(true) : absl::nullopt;
}

}  // namespace

absl::StatusOr<Said> SaidByEnvironment(const Variable& variable) {
  Said said;
  said.address = variable("KYC_ADDRESS");
  said.token = variable("KYC_TOKEN");
  said.token_file = variable("KYC_TOKEN_FILE");
  said.ca_file = variable("KYC_CA");
  said.certificate_file = variable("KYC_CERT");
  said.key_file = variable("KYC_KEY");
  const std::string tls = variable("KYC_TLS");
  if (tls.empty()) return said;
  if (absl::Status set = SetTls("KYC_TLS", tls, said); !set.ok()) return set;
  return said;
}

std::string SettingsPath(const std::string& named, const Variable& variable) {
  if (!named.empty()) return named;
  if (std::string path = variable("KYC_SETTINGS"); !path.empty()) return path;
  std::string folder = variable("XDG_CONFIG_HOME");
  if (folder.empty()) {
    const std::string home = variable("HOME");
    if (home.empty()) return "";
    folder = home + "/.config";
  }
  return folder + "/kyc/settings.toml";
}

absl::StatusOr<Said> SaidByFile(const std::string& path, bool must_exist) {
  struct stat found;
  if (path.empty()) return Said();
  if (stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT && !must_exist) return Said();
    return absl::NotFoundError(absl::StrCat(path, " cannot be read: ", strerror(errno)));
  }
  Said said;
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_file(path)) {
      if (absl::Status taken = Take(path, item, said); !taken.ok()) return taken;
    }
  } catch (const CLI::Error&) {
    return Wrong(absl::StrCat(path, " cannot be read as TOML"));
  }
  if (!said.token.empty() && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " holds a token and others may read it: chmod 600 ", path, ", or say token_file"));
  }
  return said;
}

absl::StatusOr<client::Access> Settle(const Said& line, const Said& environment, Said file) {
  const std::string& address = First(line.address, environment.address, file.address);
  if (address != file.address) file = Said();
  if (NamesCertificates(line) && line.tls == false) {
    return Wrong("--plaintext does not go with files for TLS");
  }
  client::Access access;
  access.address = address.empty() ? kDefaultAddress : address;
  access.ca_file = First(line.ca_file, environment.ca_file, file.ca_file);
  access.certificate_file =
      First(line.certificate_file, environment.certificate_file, file.certificate_file);
  access.key_file = First(line.key_file, environment.key_file, file.key_file);
  if (access.certificate_file.empty() != access.key_file.empty()) {
    return Wrong("--cert and --key go together");
  }
  for (const Said* said : {static_cast<const Said*>(&file), &environment, &line}) {
    if (const auto tls = TlsOf(*said); tls.has_value()) access.tls = *tls;
    if (said->token.empty() && said->token_file.empty()) continue;
    access.token = said->token;
    access.token_file = said->token_file;
  }
  return access;
}

}  // namespace kyc::cli
