#include "protocol/paths/path_search.hpp"

#include <algorithm>
#include <utility>

namespace invitro::protocol {
namespace {

constexpr Backoff check_backoff{.first = timing::check_repeat_first,
                                .max = timing::check_repeat_max};

// The remaining places are kept for relayed candidates.
constexpr std::size_t learned_max = PathSearch::remotes_max - RelayOffer::relays_max;

std::uint64_t pair_priority(const Candidate& remote, std::size_t local_index) {
    constexpr std::uint64_t locals_max = 255;
    return (std::uint64_t{remote.priority} << 8U) | (locals_max - local_index);
}

void add_pair(PathSearch& search,
              const Address& local,
              std::size_t local_index,
              std::size_t remote,
              Instant now) {
    const Candidate& candidate = search.remotes[remote];
    const bool is_possible = local.is_none() || local.ip.family == candidate.address.ip.family;
    if (!is_possible) return;
    CandidatePair& pair = search.pairs.emplace_back();
    pair.local = local;
    pair.remote = static_cast<std::uint8_t>(remote);
    pair.priority = pair_priority(candidate, local_index);
    pair.repetition.start(now);
}

void pair_all(PathSearch& search, std::span<const Address> locals, Instant now) {
    const Address any;
    if (locals.empty()) locals = {&any, 1};
    search.pairs.clear();
    for (std::size_t remote = 0; remote < search.remotes.size(); ++remote) {
        for (std::size_t local = 0; local < locals.size(); ++local) {
            add_pair(search, locals[local], local, remote, now);
        }
    }
}

CandidatePair* find_pair(PathSearch& search, const Address& local, const Address& remote) {
    for (CandidatePair& pair : search.pairs) {
        const bool same_local = pair.local == local || pair.local.is_none();
        if (same_local && search.remotes[pair.remote].address == remote) return &pair;
    }
    return nullptr;
}

bool holds_confirmed(const PathSearch& search, std::size_t remote) {
    return std::any_of(search.pairs.begin(), search.pairs.end(), [&](const CandidatePair& pair) {
        return pair.remote == remote && pair.confirmed;
    });
}

bool is_relayed_pair(const PathSearch& search, const CandidatePair& pair) {
    return search.remotes[pair.remote].kind == CandidateKind::relayed;
}

// Where a new peer-reflexive candidate may go: the end, or the place of one that has led nowhere.
// remotes_max when there is no room.
std::size_t place_for_new(const PathSearch& search) {
    if (search.remotes.size() < learned_max) return search.remotes.size();
    for (std::size_t i = 0; i < search.remotes.size(); ++i) {
        const bool is_learned = search.remotes[i].kind == CandidateKind::peer_reflexive;
        if (is_learned && !holds_confirmed(search, i)) return i;
    }
    return PathSearch::remotes_max;
}

// A remote address not known yet becomes a candidate, paired with the own address it reached.
CandidatePair* learn(PathSearch& search,
                     const Address& local,
                     const Candidate& remote,
                     Instant now) {
    const std::size_t place = place_for_new(search);
    if (place == PathSearch::remotes_max) return nullptr;
    if (place == search.remotes.size()) {
        search.remotes.push_back(remote);
    } else {
        std::erase_if(search.pairs,
                      [&](const CandidatePair& pair) { return pair.remote == place; });
        search.remotes[place] = remote;
    }
    add_pair(search, local, 0, place, now);
    return find_pair(search, local, remote.address);
}

// Without a relay, that is.
bool has_symmetric(const PathSearch& search) {
    return std::any_of(search.pairs.begin(), search.pairs.end(), [&](const CandidatePair& pair) {
        return pair.symmetric && !is_relayed_pair(search, pair);
    });
}

// A symmetric path is as good as any: what is not confirmed is not asked any more. (The peer has
// heard our checks, or it would not have answered.)
void rest(PathSearch& search) {
    for (CandidatePair& pair : search.pairs) {
        if (!pair.confirmed) pair.repetition.stop();
    }
}

void send_check(PathSearch& search, PathContext& context, CandidatePair& pair) {
    if (pair.transaction.is_none()) pair.transaction = context.draws.transaction();
    pair.repetition.tried(context.now, check_backoff);
    const Check check{.call = search.identity.call,
                      .sender = search.identity.self,
                      .transaction = pair.transaction,
                      .priority = candidate_priority(CandidateKind::peer_reflexive, 0xFFFF),
                      .tag = {}};
    context.sender.send(
        pair.local, search.remotes[pair.remote].address, with_tag(search.identity.key, check));
}

// A confirmed pair has stopped answering: whatever may work is checked again.
void lose(PathSearch& search, PathContext& context, CandidatePair& lost) {
    lost.confirmed = false;
    lost.symmetric = false;
    if (has_symmetric(search)) return;
    search.needs_relay = true;
    for (CandidatePair& pair : search.pairs) {
        if (!pair.confirmed && &pair != &lost) pair.repetition.start(context.now);
    }
}

// A triggered check: the peer has just made a hole from there.
void trigger(const PathContext& context, CandidatePair& pair) {
    if (!pair.confirmed) pair.repetition.due = std::min(pair.repetition.due, context.now);
}

// The pair whose check has been due for longest; of those, the one of the highest priority.
CandidatePair* next_due(PathSearch& search, Instant now) {
    CandidatePair* next = nullptr;
    const auto comes_before = [](const CandidatePair& a, const CandidatePair& b) {
        return a.repetition.due != b.repetition.due ? a.repetition.due < b.repetition.due
                                                    : a.priority > b.priority;
    };
    for (CandidatePair& pair : search.pairs) {
        const bool is_due = pair.repetition.is_due(now);
        if (is_due && (next == nullptr || comes_before(pair, *next))) next = &pair;
    }
    return next;
}

void check_next(PathSearch& search, PathContext& context) {
    CandidatePair* pair = next_due(search, context.now);
    if (pair == nullptr) return;
    if (pair->confirmed && pair->repetition.tries > timing::failed_tries_max) {
        lose(search, context, *pair);
    }
    if (!pair->confirmed && pair->repetition.tries > 0) {
        context.sender.remark(
            RemarkKind::message_retransmitted, search.identity.call, search.identity.peer);
    }
    send_check(search, context, *pair);
    search.next_check = context.now + timing::check_pacing;
    // A side that has its path asks others only once.
    if (!pair->confirmed && has_symmetric(search)) pair->repetition.stop();
}

CandidateKind kind_seen_by_peer(const PathSearch& search,
                                const CandidatePair& pair,
                                const Address& mapped,
                                std::span<const Candidate> own) {
    if (is_relayed_pair(search, pair)) return CandidateKind::relayed;
    if (mapped == pair.local) return CandidateKind::host;
    for (const Candidate& candidate : own) {
        if (candidate.address == mapped) return candidate.kind;
    }
    return CandidateKind::peer_reflexive;
}

// The pair for a source the peer was heard from, learned if it is new; null if there is no room.
CandidatePair* pair_for_source(PathSearch& search,
                               PathContext& context,
                               const ReceivedDatagram& datagram,
                               std::uint32_t priority) {
    CandidatePair* pair = find_pair(search, datagram.destination, datagram.source);
    if (pair != nullptr) return pair;
    pair = learn(
        search,
        datagram.destination,
        {.kind = CandidateKind::peer_reflexive, .address = datagram.source, .priority = priority},
        context.now);
    if (pair != nullptr) {
        context.sender.remark(
            RemarkKind::peer_reflexive_learned, search.identity.call, search.identity.peer);
    }
    return pair;
}

}  // namespace

void PathSearch::begin(PathContext& context,
                       const PathIdentity& who,
                       std::span<const Address> locals,
                       std::span<const Candidate> candidates) {
    identity = who;
    remotes.assign(candidates.begin(), candidates.end());
    // A way through a relay is what the relay says, never what the peer says.
    std::erase_if(remotes, [](const Candidate& candidate) {
        return candidate.address.is_none() || candidate.kind == CandidateKind::relayed;
    });
    if (remotes.size() > learned_max) remotes.resize(learned_max);
    move(context, locals);
}

void PathSearch::move(PathContext& context, std::span<const Address> locals) {
    heard = false;
    settles = never;
    settled = false;
    next_check = context.now;
    relay_at = context.now + timing::relay_after;
    needs_relay = false;
    std::erase_if(remotes, [](const Candidate& candidate) {
        return candidate.kind == CandidateKind::relayed;
    });
    pair_all(*this, locals, context.now);
}

void PathSearch::add_relayed(const PathContext& context, const Address& own, const Address& peer) {
    if (find_pair(*this, own, peer) != nullptr || remotes.size() == remotes_max) return;
    remotes.push_back({.kind = CandidateKind::relayed,
                       .address = peer,
                       .priority = candidate_priority(CandidateKind::relayed, 0xFFFF)});
    add_pair(*this, own, 0, remotes.size() - 1, context.now);
}

void PathSearch::remove_relayed(const Address& own) {
    std::erase_if(pairs, [&](const CandidatePair& pair) {
        return pair.local == own && is_relayed_pair(*this, pair);
    });
}

bool PathSearch::is_relayed(const Address& own) const {
    return std::any_of(pairs.begin(), pairs.end(), [&](const CandidatePair& pair) {
        return pair.local == own && is_relayed_pair(*this, pair);
    });
}

// The peer has been heard, and still is to be: by that alone no path is held for one that works.
void PathSearch::renew(PathContext& context,
                       std::span<const Address> locals,
                       std::span<const Candidate> candidates) {
    std::vector<Candidate> learned = std::move(remotes);
    std::erase_if(learned, [](const Candidate& candidate) {
        return candidate.kind != CandidateKind::peer_reflexive;
    });
    const bool was_heard = heard;
    const bool needed_relay = needs_relay;
    const Instant would_need_at = relay_at;
    begin(context, identity, locals, candidates);
    heard = was_heard;
    needs_relay = needed_relay;
    relay_at = would_need_at;
    for (const Candidate& candidate : learned) {
        const bool is_known = std::any_of(remotes.begin(), remotes.end(), [&](const auto& one) {
            return one.address == candidate.address;
        });
        if (!is_known && remotes.size() < learned_max) remotes.push_back(candidate);
    }
    pair_all(*this, locals, context.now);
}

void PathSearch::receive(PathContext& context,
                         const ReceivedDatagram& datagram,
                         const Check& check) {
    heard = true;
    answer_check(context, identity, datagram, check);
    CandidatePair* pair = pair_for_source(*this, context, datagram, check.priority);
    if (pair != nullptr) trigger(context, *pair);
}

void PathSearch::receive(PathContext& context,
                         const ReceivedDatagram& datagram,
                         const CheckResponse& response,
                         std::span<const Candidate> own) {
    const auto answered = std::find_if(pairs.begin(), pairs.end(), [&](const CandidatePair& pair) {
        return !pair.transaction.is_none() && pair.transaction == response.transaction;
    });
    if (answered == pairs.end()) {
        context.sender.remark(RemarkKind::unexpected_dropped, identity.call, identity.peer);
        return;
    }
    if (!answered->confirmed) {
        answered->confirmed = true;
        answered->local_kind = kind_seen_by_peer(*this, *answered, response.mapped, own);
        if (!settled) settles = std::min(settles, context.now + timing::check_repeat_first);
    }
    answered->repetition = {.due = context.now + timing::call_keep_alive, .tries = 1};
    if (remotes[answered->remote].address == datagram.source) answered->symmetric = true;
    if (has_symmetric(*this)) {
        rest(*this);
        return;
    }
    // The peer sends from elsewhere: that address may be the symmetric one.
    CandidatePair* pair =
        pair_for_source(*this, context, datagram, remotes[answered->remote].priority);
    if (pair != nullptr) trigger(context, *pair);
}

void PathSearch::serve(PathContext& context) {
    if (settles <= context.now) {
        settled = true;
        settles = never;
    }
    if (relay_at <= context.now) {
        needs_relay = needs_relay || !is_ready();
        relay_at = never;
    }
    if (next_check <= context.now) check_next(*this, context);
}

bool PathSearch::is_ready() const {
    const CandidatePair* best = best_pair();
    return heard && best != nullptr && (best->symmetric || settled);
}

const CandidatePair* PathSearch::best_pair() const {
    const CandidatePair* best = nullptr;
    const auto is_better = [&](const CandidatePair& a, const CandidatePair& b) {
        const bool is_a_direct = !is_relayed_pair(*this, a);
        const bool is_b_direct = !is_relayed_pair(*this, b);
        if (is_a_direct != is_b_direct) return is_a_direct;
        return a.symmetric != b.symmetric ? a.symmetric : a.priority > b.priority;
    };
    for (const CandidatePair& pair : pairs) {
        if (pair.confirmed && (best == nullptr || is_better(pair, *best))) best = &pair;
    }
    return best;
}

ConfirmedPath PathSearch::best_path() const {
    const CandidatePair* pair = best_pair();
    CHECK(pair != nullptr, "only a confirmed path can be used");
    return {.local = pair->local,
            .remote = remotes[pair->remote].address,
            .local_kind = pair->local_kind,
            .symmetric = pair->symmetric};
}

Instant PathSearch::next_deadline() const {
    Instant check = never;
    for (const CandidatePair& pair : pairs) {
        check = std::min(check, pair.repetition.due);
    }
    return std::min({settles, relay_at, std::max(check, next_check)});
}

void answer_check(PathContext& context,
                  const PathIdentity& identity,
                  const ReceivedDatagram& datagram,
                  const Check& check) {
    const CheckResponse response{.call = identity.call,
                                 .sender = identity.self,
                                 .transaction = check.transaction,
                                 .mapped = datagram.source,
                                 .tag = {}};
    context.sender.send(datagram.destination, datagram.source, with_tag(identity.key, response));
}

}  // namespace invitro::protocol
