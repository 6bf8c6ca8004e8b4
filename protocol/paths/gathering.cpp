#include "protocol/paths/gathering.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

using CandidateList = InlineVector<Candidate, ConnectionData::candidates_max>;

constexpr unsigned local_preference_max = 0xFFFF;

void add_candidate(CandidateList& list, CandidateKind kind, const Address& address) {
    const bool is_known = std::any_of(list.begin(), list.end(), [&](const Candidate& candidate) {
        return candidate.address == address;
    });
    if (is_known || list.full()) return;
    const auto preference = static_cast<std::uint16_t>(local_preference_max - list.size());
    list.push_back(
        {.kind = kind, .address = address, .priority = candidate_priority(kind, preference)});
}

bool can_ask(const Address& local, const Address& reflector) {
    return !reflector.is_none() && (local.is_none() || local.ip.family == reflector.ip.family);
}

// Whether these two are questions of one own address to two reflectors, and both were answered.
bool are_comparable(const Reflection& a, const Reflection& b) {
    return a.local == b.local && !a.mapped.is_none() && !b.mapped.is_none();
}

// What the plain questions have brought leads to further tests of the first own address.
void follow_up(Gathering& gathering, PathContext& context) {
    if (gathering.reflections.empty() || gathering.reflections[0].mapped.is_none()) return;
    gathering.tests.expect(context);
    if (gathering.reflections.size() < 2) return;
    const Reflection& first = gathering.reflections[0];
    const Reflection& second = gathering.reflections[1];
    const bool is_dependent = are_comparable(first, second) && first.mapped != second.mapped;
    if (is_dependent) gathering.tests.ask_port(context, second.local, second.reflector);
}

// Whether every plain question was.
bool is_answered(const Gathering& gathering) {
    const auto& reflections = gathering.reflections;
    return std::none_of(reflections.begin(), reflections.end(), [](const Reflection& reflection) {
        return reflection.repetition.is_active();
    });
}

// What two answers to requests from one own address say.
MappingBehaviour classify(const Reflection& a, const Reflection& b) {
    if (a.mapped != b.mapped) return MappingBehaviour::dependent;
    if (a.mapped == a.local) return MappingBehaviour::none;
    return MappingBehaviour::endpoint_independent;
}

}  // namespace

void Gathering::begin(PathContext& context,
                      std::span<const Address> locals,
                      std::span<const Address> reflectors) {
    const Address any;
    if (locals.empty()) locals = {&any, 1};
    reflections.clear();
    tests = {};
    for (const Address& local : locals) {
        for (const Address& reflector : reflectors) {
            if (!can_ask(local, reflector)) continue;
            Reflection& reflection = reflections.emplace_back();
            reflection.local = local;
            reflection.reflector = reflector;
            reflection.transaction = context.draws.transaction();
            reflection.repetition.start(context.now);
        }
    }
    give_up = context.now + timing::gathering_max;
}

Reflected Gathering::receive(const ReflectResponse& response) {
    if (tests.receive(response)) return Reflected::test;
    for (Reflection& reflection : reflections) {
        if (reflection.transaction != response.transaction) continue;
        if (!reflection.repetition.is_active() || response.mapped.is_none()) return Reflected::none;
        const Address before = reflection.mapped;
        reflection.mapped = response.mapped;
        reflection.repetition.stop();
        if (before.is_none()) return Reflected::first;
        if (before == response.mapped) return Reflected::same;
        // What was mapped alike, and was not asked for that reason, is so still.
        for (Reflection& other : reflections) {
            const bool is_alike = other.local == reflection.local && other.mapped == before;
            if (is_alike && !other.repetition.is_active()) other.mapped = response.mapped;
        }
        return Reflected::changed;
    }
    return Reflected::none;
}

void Gathering::serve(PathContext& context) {
    for (Reflection& reflection : reflections) {
        if (!reflection.repetition.is_due(context.now)) continue;
        reflection.repetition.tried(context.now);
        context.sender.send(reflection.local,
                            reflection.reflector,
                            ReflectRequest{.transaction = reflection.transaction});
        if (is_under_way() && &reflection == &reflections.front()) {
            tests.ask(context, reflection.local, reflection.reflector);
        }
    }
    if (is_under_way()) follow_up(*this, context);
}

// Each round has transactions of its own: an answer that was under way when a mapping changed says
// nothing about the new one.
void Gathering::refresh(PathContext& context) {
    const Reflection* asked = nullptr;
    for (Reflection& reflection : reflections) {
        const bool is_mapped =
            !reflection.mapped.is_none() && reflection.mapped != reflection.local;
        if (!is_mapped) continue;
        const bool is_known_alike = asked != nullptr && asked->local == reflection.local &&
                                    asked->mapped == reflection.mapped;
        if (is_known_alike) continue;
        reflection.transaction = context.draws.transaction();
        reflection.repetition.start(context.now);
        asked = &reflection;
    }
}

bool Gathering::is_complete(Instant now) const {
    if (now >= give_up) return true;
    return is_answered(*this) && tests.is_complete(now);
}

Instant Gathering::next_deadline() const {
    Instant next = give_up;
    for (const Reflection& reflection : reflections) {
        next = std::min(next, reflection.repetition.due);
    }
    // Before the plain questions are answered, the tests hold nothing up.
    const bool is_testing =
        is_under_way() && is_answered(*this) && !tests.is_complete(Instant::min());
    if (is_testing) next = std::min(next, tests.wait_until);
    return next;
}

CandidateList Gathering::candidates(std::span<const Address> locals) const {
    CandidateList list;
    for (const Address& local : locals) {
        add_candidate(list, CandidateKind::host, local);
    }
    for (const Reflection& reflection : reflections) {
        if (reflection.mapped.is_none()) continue;
        add_candidate(list, CandidateKind::server_reflexive, reflection.mapped);
    }
    return list;
}

// Of several own addresses the one that is mapped in the most difficult way counts. The two
// requests of one address stand side by side.
MappingBehaviour Gathering::mapping() const {
    MappingBehaviour worst = MappingBehaviour::unknown;
    for (std::size_t i = 0; i + 1 < reflections.size(); ++i) {
        const Reflection& first = reflections[i];
        const Reflection& second = reflections[i + 1];
        if (!are_comparable(first, second)) continue;
        const MappingBehaviour found = classify(first, second);
        const bool is_tested = i == 0 && is_dependent(found);
        worst = std::max(worst, is_tested ? tests.dependence(second.mapped) : found);
    }
    return worst;
}

}  // namespace invitro::protocol
