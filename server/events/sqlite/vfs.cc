#include "server/events/sqlite/vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <vector>

namespace kyc::events {
namespace {

// SQLite's own write takes no more at once than 128 KiB.
constexpr size_t kMaxGathered = 64 << 10;

// The write-ahead log's format: a frame is a header and a page. Only the header of a commit's last
// frame has, as its second number, the file's size in pages; the others have zero there.
constexpr int kFrameHeaderBytes = 24;
constexpr int kSizeAt = 4;
constexpr int kSizeBytes = 4;

bool EndsCommit(const char* header) {
  return std::any_of(header + kSizeAt, header + kSizeAt + kSizeBytes,
                     [](char byte) { return byte != 0; });
}

// A write-ahead log's file. SQLite gives and takes its memory, in which the system's file follows.
struct WalFile {
  sqlite3_file base = {};
  std::vector<char> waiting;
  int64_t waiting_at = 0;  // Where in the file it belongs.
  bool page_ends_commit = false;

  sqlite3_file* system() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& methods() { return *system()->pMethods; }

  // What cannot be written is dropped: SQLite is told, and undoes the transaction.
  int Flush() {
    if (waiting.empty()) return SQLITE_OK;
    const int code =
        methods().xWrite(system(), waiting.data(), static_cast<int>(waiting.size()), waiting_at);
    waiting.clear();
    return code;
  }

  int Write(const char* bytes, int count, int64_t at) {
    const size_t size = static_cast<size_t>(count);
    const bool follows = at == waiting_at + static_cast<int64_t>(waiting.size());
    if (!follows || waiting.size() + size > kMaxGathered) {
      if (const int code = Flush(); code != SQLITE_OK) return code;
    }
    if (size > kMaxGathered) return methods().xWrite(system(), bytes, count, at);
    if (waiting.empty()) waiting_at = at;
    waiting.insert(waiting.end(), bytes, bytes + count);
    if (page_ends_commit) {  // Readers are told of it without a sync, unless synchronous=FULL.
      page_ends_commit = false;
      return Flush();
    }
    page_ends_commit = count == kFrameHeaderBytes && EndsCommit(bytes);
    return SQLITE_OK;
  }
};

// SQLite takes a disk's EIO for a file system that is damaged, and makes of that a damaged database
// (SQLITE_CORRUPT): a verdict that stands until a backup is restored. A disk that cannot be read
// may be read a moment later.
int ReadCode(int code) { return code == SQLITE_IOERR_CORRUPTFS ? SQLITE_IOERR_READ : code; }

WalFile& Wal(sqlite3_file* file) { return *reinterpret_cast<WalFile*>(file); }

int Close(sqlite3_file* file) {
  Wal(file).Flush();  // Of no commit: nobody misses it.
  const int code = Wal(file).methods().xClose(Wal(file).system());
  Wal(file).~WalFile();
  return code;
}

int Write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  return Wal(file).Write(static_cast<const char*>(bytes), count, at);
}

int Read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 at) {
  if (const int code = Wal(file).Flush(); code != SQLITE_OK) return code;
  return ReadCode(Wal(file).methods().xRead(Wal(file).system(), bytes, count, at));
}

// Does what the system's file does, after what waits was written.
template <auto kMethod, typename... Arguments>
int AfterFlush(sqlite3_file* file, Arguments... arguments) {
  const int code = Wal(file).Flush();
  if (code != SQLITE_OK) return code;
  return (Wal(file).methods().*kMethod)(Wal(file).system(), arguments...);
}

template <auto kMethod, typename... Arguments>
int AsTheSystem(sqlite3_file* file, Arguments... arguments) {
  return (Wal(file).methods().*kMethod)(Wal(file).system(), arguments...);
}

constexpr sqlite3_io_methods kWalMethods = {
    .iVersion = 1,  // Without the methods that only a database's own file has.
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = AfterFlush<&sqlite3_io_methods::xTruncate>,
    .xSync = AfterFlush<&sqlite3_io_methods::xSync>,
    .xFileSize = AfterFlush<&sqlite3_io_methods::xFileSize>,
    .xLock = AsTheSystem<&sqlite3_io_methods::xLock>,
    .xUnlock = AsTheSystem<&sqlite3_io_methods::xUnlock>,
    .xCheckReservedLock = AsTheSystem<&sqlite3_io_methods::xCheckReservedLock>,
    .xFileControl = AsTheSystem<&sqlite3_io_methods::xFileControl>,
    .xSectorSize = AsTheSystem<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = AsTheSystem<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* System() { return sqlite3_vfs_find("unix"); }

int OpenWal(const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* wal = new (file) WalFile();
  wal->base.pMethods = &kWalMethods;
  const int code = System()->xOpen(System(), name, wal->system(), flags, out_flags);
  if (code != SQLITE_OK) {
    wal->~WalFile();
    file->pMethods = nullptr;  // Not to be closed.
  }
  return code;
}

// The methods of a database's own file: the system's but for reads.
struct DatabaseMethods {
  const sqlite3_io_methods* system;
  sqlite3_io_methods own;
};

// `system`: of the first file that is opened; the system has the same for all.
const DatabaseMethods& MethodsOver(const sqlite3_io_methods* system) {
  static const DatabaseMethods methods = [system] {
    DatabaseMethods made = {.system = system, .own = *system};
    made.own.xRead = [](sqlite3_file* file, void* bytes, int count, sqlite3_int64 at) {
      return ReadCode(MethodsOver(nullptr).system->xRead(file, bytes, count, at));
    };
    return made;
  }();
  return methods;
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & SQLITE_OPEN_WAL) != 0) return OpenWal(name, file, flags, out_flags);
  const int code = System()->xOpen(System(), name, file, flags, out_flags);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return code;
  const DatabaseMethods& methods = MethodsOver(file->pMethods);
  if (file->pMethods == methods.system) file->pMethods = &methods.own;
  return code;
}

bool Register(sqlite3_vfs& vfs) {
  if (System() == nullptr) return false;
  vfs = *System();
  vfs.zName = "kyc";
  vfs.szOsFile = static_cast<int>(sizeof(WalFile)) + System()->szOsFile;
  vfs.xOpen = Open;
  return sqlite3_vfs_register(&vfs, /*makeDflt=*/0) == SQLITE_OK;
}

}  // namespace

const char* LogVfs() {
  static sqlite3_vfs vfs;
  static const bool registered = Register(vfs);
  return registered ? vfs.zName : nullptr;
}

}  // namespace kyc::events
