// The parts of the magic table: data only. Used by magic.cc alone.
#ifndef TOOLS_SIMULATOR_MAGIC_ROWS_H_
#define TOOLS_SIMULATOR_MAGIC_ROWS_H_

#include <vector>

#include "tools/simulator/magic.h"

namespace kyc::simulator {

std::vector<MagicRow> WideKycRows();    // By cust_ref_no: answers.
std::vector<MagicRow> TransportRows();  // By cust_ref_no: faults of the transport.
std::vector<MagicRow> NikRows();        // By nik.
std::vector<MagicRow> FinpayRows();     // By phoneNo.

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_MAGIC_ROWS_H_
