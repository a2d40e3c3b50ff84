// What the system says of this process, named as every Prometheus client names it.
#ifndef SERVER_ADMIN_PROCESS_METRICS_H_
#define SERVER_ADMIN_PROCESS_METRICS_H_

#include <prometheus/metric_family.h>

#include <vector>

namespace kyc::admin {

// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
// process_threads, process_open_fds, process_max_fds, process_start_time_seconds. What cannot be
// read is left out. Thread-safe; reads /proc each time.
std::vector<prometheus::MetricFamily> ProcessMetrics();

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_PROCESS_METRICS_H_
