// How connections that write reach the disk.
#ifndef SERVER_EVENTS_SQLITE_WAL_WRITES_H_
#define SERVER_EVENTS_SQLITE_WAL_WRITES_H_

namespace kyc::events {

// The name of an SQLite VFS that is the system's own but in one thing: what a transaction writes to
// the write-ahead log, by itself two small writes for each page, leaves in few large ones. Nothing
// is held back beyond the end of a commit, nor beyond a sync. Null, for the system's own, where it
// cannot be registered. Thread-safe.
const char* WalGatheringVfs();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_WAL_WRITES_H_
