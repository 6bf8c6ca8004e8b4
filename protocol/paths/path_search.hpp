// Connectivity checks to one peer, until a path between the two is confirmed both ways (RFC 8445 in
// small; docs/PROTOCOL.md "Paths").
//
// Pairs are (own addresses) x (the peer's candidates) of one IP family. Checks of whatever kind
// leave one every timing::check_pacing, the one that has waited longest first (RFC 8445, 14). All
// pairs wait from the start on, highest priority first; an unanswered check is repeated. The side
// that checks later finds the holes its peer has made, so each authentic check that arrives is
// answered to where it came from, its source becomes a candidate if it is unknown (peer reflexive),
// and the pair it came on is due from then on (triggered check).
//
// A response is matched by its transaction, whatever source it has: it proves that the address that
// was checked reaches the peer and that the peer reaches us. If it also comes *from* that address
// the pair is symmetric: the peer uses the very mapping that we send to, and keeps it open. Behind
// two address-dependent mappings only the addresses learned from checks are so. Symmetric pairs are
// preferred: another confirmed pair waits one check repetition for a symmetric one before it
// counts.
//
// Once a pair is symmetric the others rest, and confirmed pairs are checked again every
// timing::call_keep_alive, so that their holes stay open until somebody chooses; one that no longer
// answers is unconfirmed again.
//
// Where no path is ready after timing::relay_after the search needs a relay. Its owner gets one and
// adds the relayed pair, whose two addresses name the two ends of the way through it. A direct pair
// is preferred to it, and goes on being checked beside it.
//
// Bounds: remotes_max candidates, times the own addresses, pairs; one transaction for each pair.
#pragma once

#include "protocol/exchange/retransmission.hpp"
#include "protocol/node.hpp"
#include "protocol/paths/path_identity.hpp"
#include "protocol/paths/sender.hpp"

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct CandidatePair {
    Address local;
    std::uint8_t remote = 0;     // index into PathSearch::remotes
    std::uint64_t priority = 0;  // larger is checked first
    TransactionId transaction;   // of its check; none before the first
    Retransmission repetition;   // when its next check is due; tries since the last answer
    CandidateKind local_kind = CandidateKind::host;  // what the peer sees us as, once confirmed
    bool confirmed = false;                          // a check of it was answered
    bool symmetric = false;                          // from the address checked

    bool operator==(const CandidatePair&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("local", &CandidatePair::local),
                          field("remote", &CandidatePair::remote),
                          field("priority", &CandidatePair::priority),
                          field("transaction", &CandidatePair::transaction),
                          field("repetition", &CandidatePair::repetition),
                          field("local_kind", &CandidatePair::local_kind),
                          field("confirmed", &CandidatePair::confirmed),
                          field("symmetric", &CandidatePair::symmetric)};
    }
};

// A path that works in both directions.
struct ConfirmedPath {
    Address local;
    Address remote;
    CandidateKind local_kind = CandidateKind::host;
    bool symmetric = false;

    bool operator==(const ConfirmedPath&) const = default;
};

struct PathSearch {
    static constexpr std::size_t remotes_max = 16;

    PathIdentity identity;
    bool heard = false;        // an authentic check of the peer has arrived
    Instant next_check{};      // when the next check may leave
    Instant settles = never;   // when a confirmed pair begins to count though it is not symmetric
    bool settled = false;      // that time has come
    Instant relay_at = never;  // when a relay will be needed, unless a path is ready by then
    bool needs_relay = false;  // that time has come
    std::vector<Candidate> remotes;
    std::vector<CandidatePair> pairs;

    bool operator==(const PathSearch&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("identity", &PathSearch::identity),
                          field("heard", &PathSearch::heard),
                          field("next_check", &PathSearch::next_check),
                          field("settles", &PathSearch::settles),
                          field("settled", &PathSearch::settled),
                          field("relay_at", &PathSearch::relay_at),
                          field("needs_relay", &PathSearch::needs_relay),
                          field("remotes", &PathSearch::remotes),
                          field("pairs", &PathSearch::pairs)};
    }

    // Starts to check the peer's candidates from these own addresses.
    void begin(PathContext& context,
               const PathIdentity& who,
               std::span<const Address> locals,
               std::span<const Candidate> candidates);

    // Goes on from other own addresses: everything found so far is forgotten but the candidates.
    // Relayed pairs have to be added again.
    void move(PathContext& context, std::span<const Address> locals);

    // A relay couples the two: these addresses name this end and the peer's. Once more changes
    // nothing.
    void add_relayed(const PathContext& context, const Address& own, const Address& peer);
    // They do so no longer.
    void remove_relayed(const Address& own);

    // Whether this own address names this end of the way through a relay.
    [[nodiscard]] bool is_relayed(const Address& own) const;

    // The peer has newer connection data: everything is to be found out again, from its candidates
    // of now and from the addresses it was heard from.
    void renew(PathContext& context,
               std::span<const Address> locals,
               std::span<const Candidate> candidates);

    // An authentic check or response of the peer. `own` are this side's candidates.
    void receive(PathContext& context, const ReceivedDatagram& datagram, const Check& check);
    void receive(PathContext& context,
                 const ReceivedDatagram& datagram,
                 const CheckResponse& response,
                 std::span<const Candidate> own);

    // Sends what is due.
    void serve(PathContext& context);

    // Whether a path is confirmed in both directions and may be nominated.
    [[nodiscard]] bool is_ready() const;

    // Whether any pair was ever confirmed since the last move.
    [[nodiscard]] bool has_found() const { return settled || settles != never; }

    // The best confirmed pair, or null.
    [[nodiscard]] const CandidatePair* best_pair() const;
    // Precondition: there is a confirmed pair.
    [[nodiscard]] ConfirmedPath best_path() const;

    [[nodiscard]] Instant next_deadline() const;
};

// Answers an authentic check to where it came from; for a side that no longer searches.
void answer_check(PathContext& context,
                  const PathIdentity& identity,
                  const ReceivedDatagram& datagram,
                  const Check& check);

}  // namespace invitro::protocol
