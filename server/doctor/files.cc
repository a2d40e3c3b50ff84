#include "server/doctor/files.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "server/call/folder_of.h"

namespace kyc::doctor {
namespace {

constexpr char kCheck[] = "files";

bool OthersMayReplace(mode_t folder_mode) {
  return (folder_mode & S_IWOTH) != 0 && (folder_mode & S_ISVTX) == 0;
}

}  // namespace

std::vector<Finding> FileFindings(const std::vector<FileFacts>& files) {
  std::vector<Finding> findings;
  for (const FileFacts& file : files) {
    if ((file.mode & S_IWOTH) != 0) {
      findings.push_back(Mend(kCheck, file.path, Whose::kMachine, "every user may write it",
                              absl::StrCat("chmod o-w ", file.path)));
    } else if (OthersMayReplace(file.folder_mode)) {
      findings.push_back(Mend(kCheck, file.path, Whose::kMachine,
                              "every user may write its folder, and so replace it",
                              absl::StrCat("chmod o-w ", FolderOf(file.path))));
    }
  }
  if (!findings.empty()) return findings;
  return {
      Ok(kCheck, "",
         absl::StrCat(files.size(), files.size() == 1 ? " file" : " files",
                      ", none of which every user may write; secrets are read by nobody else"))};
}

Finding UserFinding(const User& asked_by, const User& owner) {
  constexpr char kUser[] = "user";
  if (asked_by.id == owner.id) {
    return Ok(kUser, "", absl::StrCat("asked as ", owner.name, ", whose the event log is"));
  }
  if (asked_by.id == 0) {
    return Look(kUser, "",
                absl::StrCat("asked as root, who may read and write everything; the event log is ",
                             owner.name, "'s"),
                absl::StrCat("ask as the one whom the gateway runs as: sudo -u ", owner.name,
                             " kyc doctor ..."));
  }
  return Mend(kUser, "", Whose::kMachine,
              absl::StrCat("asked as ", asked_by.name, ", and the event log is ", owner.name, "'s"),
              absl::StrCat("ask, and start the gateway, as ", owner.name));
}

}  // namespace kyc::doctor
