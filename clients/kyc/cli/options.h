// What a command takes from the command line, as the command declares it.
#ifndef CLIENTS_KYC_CLI_OPTIONS_H_
#define CLIENTS_KYC_CLI_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace kyc::cli {

enum class Need { kOptional, kRequired };

// `flags` are like "-d,--data"; `value` is what the help calls their value, like FILE. What is
// given is in `into` before the command runs, else `into` keeps what it held, its default.
class Options {
 public:
  virtual ~Options() = default;

  // Words without a flag, in the order of declaration; Words takes all that are left.
  virtual void Word(const char* name, std::string& into, const char* what, Need need) = 0;
  virtual void Words(const char* name, std::vector<std::string>& into, const char* what,
                     Need need) = 0;

  virtual void Text(const char* flags, const char* value, std::string& into, const char* what,
                    Need need = Need::kOptional) = 0;
  // May be given several times.
  virtual void Texts(const char* flags, const char* value, std::vector<std::string>& into,
                     const char* what) = 0;
  virtual void Choice(const char* flags, std::string& into, std::vector<std::string> among,
                      const char* what) = 0;
  virtual void Number(const char* flags, const char* value, int64_t& into, int64_t least,
                      int64_t most, const char* what) = 0;
  virtual void Switch(const char* flags, bool& into, const char* what) = 0;
};

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_OPTIONS_H_
