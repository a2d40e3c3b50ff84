// How SQLite reaches the disk.
#ifndef SERVER_EVENTS_SQLITE_VFS_H_
#define SERVER_EVENTS_SQLITE_VFS_H_

namespace kyc::events {

// The name of an SQLite VFS that is the system's own but in two things. What a transaction writes
// to the write-ahead log, by itself two small writes for each page, leaves in few large ones;
// nothing is held back beyond the end of a commit, nor beyond a sync. A disk that fails to read is
// told as SQLITE_IOERR_READ, never as a damaged file. Null, for the system's own, where it cannot
// be registered. Thread-safe.
const char* LogVfs();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_VFS_H_
