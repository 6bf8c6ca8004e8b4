// A session: what two devices have after one has nominated a path to the other (rule 5).
//
// The initiator's session begins with Nominate, repeated until NominateResponse; then it is
// connected. The recipient's begins with Nominate, which it answers to where it came from, and is
// connected with the first SessionData. The initiator repeats its SessionData like any exchange
// until it hears the recipient's; then both send one every timing::session_keep_alive. Both give up
// after timing::session_silence_max without an authentic message of the session, so a
// session is half open for at most that long. SessionClose, said three times, ends it at both ends.
//
// A session survives a move: it speaks from the new address at once, and where that does not reach
// the peer (whose box lets nobody in that it has not sent to), newer connection data goes round by
// the broker and both ends check paths again, as before the nomination. Whichever end has a ready
// path speaks there from then on, and is followed.
//
// Each message has a sequence larger than the one before, repetitions too: one that is not larger
// than what has been seen is a duplicate. Messages go to
// where the peer's newest one came from, so that a peer that has moved is followed. A session
// outlives its invitation, so it holds all it needs.
#pragma once

#include "protocol/exchange/retransmission.hpp"
#include "protocol/node.hpp"
#include "protocol/paths/path_identity.hpp"
#include "protocol/paths/path_search.hpp"
#include "protocol/paths/sender.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

namespace invitro::protocol {

enum class SessionPhase : std::uint8_t {
    nominating = 0,  // initiator: Nominate is out
    nominated = 1,   // recipient: Nominate is answered
    connected = 2,
    closing = 3,  // over for the application; SessionClose is being said
    over = 4,     // to be removed
};

// What has become of a session through an input.
enum class SessionChange : std::uint8_t {
    none = 0,
    connected = 1,
    unanswered = 2,  // nominated, and never connected
    silent = 3,      // connected, and not heard of for too long
    closed_by_peer = 4,
    doubtful = 5,  // nominated or connected, and not heard of for longer than it should be
};

struct Session {
    PathIdentity identity;
    SessionPhase phase = SessionPhase::nominating;
    Address local;
    Address remote;  // where our messages go: where the peer's newest message came from
    CandidateKind local_kind = CandidateKind::host;
    bool is_mutual = false;             // connected: the peer's SessionData has been heard
    std::uint32_t sent = 0;             // the newest sequence of ours
    std::uint32_t received = 0;         // the newest sequence of the peer's
    Retransmission repetition;          // of Nominate, SessionData or SessionClose, by phase
    Instant silent_at = never;          // given up then
    Instant doubted_at = never;         // the peer should have been heard by then
    Retransmission upkeep;              // SessionKeep to the broker: the client's business
    std::uint32_t generation = 0;       // of our own connection data that this session goes by
    std::vector<Candidate> candidates;  // the peer's newest
    std::vector<PathSearch> search;     // at most one: for another path
    Instant search_until = never;

    bool operator==(const Session&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("identity", &Session::identity),
                          field("phase", &Session::phase),
                          field("local", &Session::local),
                          field("remote", &Session::remote),
                          field("local_kind", &Session::local_kind),
                          field("is_mutual", &Session::is_mutual),
                          field("sent", &Session::sent),
                          field("received", &Session::received),
                          field("repetition", &Session::repetition),
                          field("silent_at", &Session::silent_at),
                          field("doubted_at", &Session::doubted_at),
                          field("upkeep", &Session::upkeep),
                          field("generation", &Session::generation),
                          field("candidates", &Session::candidates),
                          field("search", &Session::search),
                          field("search_until", &Session::search_until)};
    }

    [[nodiscard]] bool is_live() const { return phase < SessionPhase::closing; }

    // The initiator nominates a confirmed path; the first Nominate leaves with the next serve().
    static Session nominate(PathContext& context,
                            const PathIdentity& identity,
                            const ConfirmedPath& path);

    // The recipient's side of it; the Nominate itself still has to be given to receive().
    static Session answer(PathContext& context,
                          const PathIdentity& identity,
                          const ReceivedDatagram& datagram,
                          CandidateKind local_kind);

    // An authentic message of the peer. A duplicate changes nothing.
    template <class M>
    SessionChange receive(PathContext& context, const ReceivedDatagram& datagram, const M& message);

    // Sends another message of the session: who says it in which, and the tag, are filled in.
    template <class M>
    void say(PathContext& context, M message) {
        message.call = identity.call;
        message.sender = identity.self;
        message.sequence = ++sent;
        context.sender.send(local, remote, with_tag(identity.key, message));
    }

    // Sends what is due, and notices silence.
    SessionChange serve(PathContext& context);

    // An authentic check of the peer: answered, and of use to a search.
    void receive(PathContext& context, const ReceivedDatagram& datagram, const Check& check);

    // Goes on from another own address, unless it goes through a relay, which is told by others.
    void move(PathContext& context, std::span<const Address> locals);

    // The relay has given the two ends other names; if this session has the former one, it goes on.
    void rename(PathContext& context,
                const Address& before,
                const Address& own,
                const Address& peer);

    // The peer has newer connection data.
    void renew(PathContext& context,
               std::span<const Address> locals,
               std::span<const Candidate> newest);

    // Looks for a path anew, speaking on the one there is meanwhile.
    void restart(PathContext& context, std::span<const Address> locals);

    // This side hangs up; the first SessionClose leaves with the next serve().
    void close(PathContext& context);

    [[nodiscard]] Instant next_deadline() const;
};

}  // namespace invitro::protocol
