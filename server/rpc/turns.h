// Whose message is read now, where not all can be read at once.
#ifndef SERVER_RPC_TURNS_H_
#define SERVER_RPC_TURNS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>

#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/rpc/loop.h"

namespace kyc::rpc {

struct TurnLimits {
  int64_t capacity = 0;     // What all who have a turn may cost together.
  size_t max_waiting = 0;   // More are refused at once.
  absl::Duration patience;  // How long one waits at most.
  // How long a turn may take while somebody waits who can have it; infinite where it has another
  // limit.
  absl::Duration turn = absl::InfiniteDuration();
  // Who came last is next, among those of one caller: for turns that are over at once unless the
  // message is late, so that who waits long is likely to be late, too.
  bool newest_first = false;
};

// Callers take turns: a caller with many messages that do not arrive hinders itself, not others. A
// caller may use half of what the others leave, and always one turn if there is room for that at
// all; so there is room left for whoever comes next.
//
// Who asks for much is not passed over for ever because others ask for less: once a caller that has
// no turn was overtaken by as much as its next message costs, the room that comes free is kept for
// it. For a second at most; then others pass again, by as much, since what it waits for may be
// stalled.
//
// Loop thread only. Owned by Admission.
class Turns {
  struct Line;

 public:
  // Whoever wants a turn. Leaves before it is destroyed.
  class Taker {
   public:
    // It may read: it has a turn until Leave. Must not call Leave before it returns.
    virtual void OnTurn() = 0;
    // It has none, and waits no longer.
    virtual void OnNoTurn() = 0;
    // It had one for too long, and has none any more.
    virtual void OnTurnOver() = 0;

   protected:
    virtual ~Taker() = default;

   private:
    friend class Turns;
    Turns* turns_ = nullptr;  // While it waits or has a turn.
    Line* line_ = nullptr;
    int64_t cost_ = 0;
    bool reading_ = false;
    absl::Time since_;  // In line, then reading.
    std::list<Taker*>::iterator at_;
  };

  Turns(Loop& loop, TurnLimits limits, std::function<absl::Time()> steady_clock);
  ~Turns();
  Turns(const Turns&) = delete;

  // A turn for one message of `who`, which costs so much: at once, later or never, as Taker says.
  void Ask(Taker* taker, absl::string_view who, int64_t cost);
  // Whether Ask would give a turn at once.
  bool HasTurnFor(absl::string_view who, int64_t cost) const;
  // Its message was read, or is not wanted any more. Nothing if it neither waits nor has a turn.
  static void Leave(Taker* taker);

  // So much of the capacity is used otherwise. More turns may be given.
  void SetTaken(int64_t taken);
  // Waits shorter while what is taken leaves no room for a turn: for `patience`.
  void SetPatienceWhenTaken(absl::Duration patience) { patience_when_taken_ = patience; }

  int64_t in_use() const { return in_use_; }
  size_t waiting() const { return waiting_; }

 private:
  // Those of one caller.
  struct Line {
    std::string who;
    size_t takers = 0;  // Those who wait, have a turn or just ask.
    int64_t in_use = 0;
    std::list<Taker*> waiting;  // In order of arrival.
    int64_t given_before = 0;   // Turns::given_ when its next one began to wait for others.
  };

  int64_t Free() const { return limits_.capacity - taken_ - in_use_; }
  // Once `without` has no turn any more, if it is there.
  bool Fits(const Line& line, int64_t cost, const Taker* without = nullptr) const;
  // Fits, and leaves what is kept for the first.
  bool MayHave(const Line& line, int64_t cost) const;
  void ChooseFirst();
  Taker* NextOf(const Line& line) const {
    return limits_.newest_first ? line.waiting.back() : line.waiting.front();
  }
  Line& LineOf(absl::string_view who);
  void Give(Taker* taker);
  void TakeFromLine(Taker* taker);
  void Forget(Taker* taker);
  void GiveTurns();
  absl::Duration PatienceFor(const Taker& taker) const;
  Taker* LateTurnFor(const Line& line, int64_t cost) const;
  bool EndLateTurn();
  void RefuseExpired();
  void Look();
  void ArmTimer();

  Loop& loop_;
  const TurnLimits limits_;
  const std::function<absl::Time()> clock_;
  absl::Duration patience_when_taken_ = absl::InfiniteDuration();
  int64_t taken_ = 0;
  int64_t in_use_ = 0;
  int64_t given_ = 0;  // The cost of all turns there ever were.
  size_t waiting_ = 0;
  absl::node_hash_map<std::string, Line> lines_;
  std::list<Line*> waiting_lines_;  // Those in which somebody waits; the first is asked next.
  Line* first_ = nullptr;           // One of them, for whose next room is kept, since:
  absl::Time first_since_;
  std::list<Taker*> reading_;  // Oldest turn first.
  Loop::TimerId timer_ = 0;
  absl::Time look_due_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_TURNS_H_
