#include "properties/explore/service_facts.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace invitro::properties::explore {
namespace {

// A call as the promises look at it.
class SeenCall {
public:
    SeenCall(const FactPlan& plan, const CallPlan& call, std::uint32_t number, Facts facts)
        : plan_(plan), call_(call), number_(number), facts_(facts) {}

    [[nodiscard]] const CallPlan& plan() const { return call_; }

    [[nodiscard]] bool has(CallFact fact) const {
        return (facts_[plan_.call_word(number_)] >> static_cast<unsigned>(fact) & 1U) != 0;
    }

    [[nodiscard]] bool has(std::uint32_t device, DeviceFact fact) const {
        return (facts_[plan_.device_word(number_, device)] >> static_cast<unsigned>(fact) & 1U) !=
               0;
    }

    template <class Condition>
    [[nodiscard]] bool all(Condition condition) const {
        return std::all_of(call_.invited.begin(), call_.invited.end(), condition);
    }

    [[nodiscard]] std::size_t count(DeviceFact fact) const {
        return static_cast<std::size_t>(
            std::count_if(call_.invited.begin(), call_.invited.end(), [&](std::uint32_t device) {
                return has(device, fact);
            }));
    }

    // Its user wants nothing more of it, so what else becomes of it is nobody's concern.
    [[nodiscard]] bool is_given_up() const {
        return has(CallFact::cancelled) || has(CallFact::hung_up) || has(CallFact::crossed);
    }

private:
    const FactPlan& plan_;
    const CallPlan& call_;
    std::uint32_t number_;
    Facts facts_;
};

using OfCall = bool (*)(const SeenCall&);

Promise promise(const FactPlan& plan,
                const std::vector<CallPlan>& calls,
                std::string id,
                std::string sentence,
                OfCall holds) {
    return {.id = std::move(id),
            .sentence = std::move(sentence),
            .holds = [plan, calls, holds](Facts facts) {
                for (std::uint32_t i = 0; i < calls.size(); ++i) {
                    if (!holds(SeenCall(plan, calls[i], i, facts))) return false;
                }
                return true;
            }};
}

// Each is a function of a call: true unless it shows a breach.

bool rings_once(const SeenCall& call) {
    return call.count(DeviceFact::rang_again) == 0;
}

bool arrives_as_accepted(const SeenCall& call) {
    return call.count(DeviceFact::arrived_again) == 0 && call.all([&](std::uint32_t device) {
        return !call.has(device, DeviceFact::arrived) || call.has(device, DeviceFact::accepted);
    });
}

bool keeps_data_apart(const SeenCall& call) {
    return call.count(DeviceFact::data_mixed_up) == 0;
}

bool nominates_one(const SeenCall& call) {
    return call.plan().policy != protocol::AnswerPolicy::first ||
           call.count(DeviceFact::peer_connected) <= 1;
}

bool spares_the_winner(const SeenCall& call) {
    return call.all([&](std::uint32_t device) {
        return !call.has(device, DeviceFact::peer_connected) ||
               !call.has(device, DeviceFact::heard_answered);
    });
}

bool tells_no_false_reason(const SeenCall& call) {
    const bool may_be_cancelled =
        call.has(CallFact::cancelled) || call.has(CallFact::crossed) || call.has(CallFact::hung_up);
    const bool may_be_answered = call.count(DeviceFact::peer_connected) != 0;
    const bool may_be_declined = call.count(DeviceFact::declined) != 0;
    return (may_be_cancelled || call.count(DeviceFact::heard_cancelled) == 0) &&
           (may_be_answered || call.count(DeviceFact::heard_answered) == 0) &&
           (may_be_declined || call.count(DeviceFact::heard_declined) == 0) &&
           (may_be_declined || !call.has(CallFact::ended_as_declined));
}

// ---- where nothing is left to happen ------------------------------------------------------------

bool delivers_accepts(const SeenCall& call) {
    return call.all([&](std::uint32_t device) {
        return !call.has(device, DeviceFact::confirmed) || call.has(device, DeviceFact::arrived);
    });
}

bool answers_accepts(const SeenCall& call) {
    return call.all([&](std::uint32_t device) {
        return !call.has(device, DeviceFact::accepted) || call.has(device, DeviceFact::confirmed) ||
               call.has(device, DeviceFact::refused) || call.has(device, DeviceFact::disconnected);
    });
}

// Unless there was a reason to let it be.
bool rings_everybody(const SeenCall& call) {
    const bool may_be_over = call.is_given_up() || call.has(CallFact::failed) ||
                             call.count(DeviceFact::peer_connected) != 0 ||
                             call.count(DeviceFact::declined) != 0 || call.plan().is_crossed;
    return may_be_over || call.count(DeviceFact::rang) == call.plan().invited.size();
}

bool answers_request(const SeenCall& call) {
    return !call.has(CallFact::placed) || call.has(CallFact::ended) || call.has(CallFact::failed) ||
           call.is_given_up() || call.count(DeviceFact::peer_connected) != 0;
}

bool falls_silent(const SeenCall& call) {
    return call.all([&](std::uint32_t device) {
        return !call.has(device, DeviceFact::rang) ||
               call.has(device, DeviceFact::stopped_ringing) ||
               call.has(device, DeviceFact::accepted) || call.has(device, DeviceFact::declined);
    });
}

bool connects_both_or_neither(const SeenCall& call) {
    return call.all([&](std::uint32_t device) {
        const bool here = call.has(device, DeviceFact::connected);
        const bool there = call.has(device, DeviceFact::peer_connected);
        const bool is_over_here = call.has(device, DeviceFact::disconnected);
        const bool is_over_there = call.has(device, DeviceFact::peer_disconnected);
        if (call.plan().has_transfer) return true;
        if (here && there) return is_over_here == is_over_there;
        return (!here || is_over_here) && (!there || is_over_there);
    });
}

bool connects_or_says_so(const SeenCall& call) {
    return call.all([&](std::uint32_t device) {
        return !call.has(device, DeviceFact::arrived) ||
               call.has(device, DeviceFact::peer_connected) ||
               call.has(device, DeviceFact::peer_disconnected);
    });
}

bool connects_somebody(const SeenCall& call) {
    if (!call.plan().may_connect || call.is_given_up() || call.plan().is_crossed) return true;
    if (call.plan().policy == protocol::AnswerPolicy::choose) return true;
    return call.count(DeviceFact::arrived) == 0 || call.count(DeviceFact::peer_connected) != 0;
}

bool settles_transfer(const SeenCall& call) {
    if (!call.has(CallFact::transfer_asked)) return true;
    if (call.has(CallFact::transfer_failed)) return true;
    return call.has(CallFact::leg_at_target) && call.has(CallFact::leg_at_peer);
}

}  // namespace

std::vector<Promise> service_invariants(const FactPlan& plan, const std::vector<CallPlan>& calls) {
    const auto make = [&](const char* id, const char* sentence, OfCall holds) {
        return promise(plan, calls, id, sentence, holds);
    };
    return {
        make("ring-once", "a device rings at most once for a call", rings_once),
        make("forward-implies-accept",
             "what arrives at the initiator was accepted by that device's user, and arrives once",
             arrives_as_accepted),
        make("no-crossing",
             "connection data is shown as that of the device it is of",
             keeps_data_apart),
        make("first-nominates-one",
             "under the policy `first` at most one device is connected",
             nominates_one),
        make("winner-never-answered-elsewhere",
             "who is connected never hears that somebody else was chosen",
             spares_the_winner),
        make("no-false-reason", "nobody is told a reason that is not true", tells_no_false_reason),
    };
}

std::vector<Promise> service_goals(const FactPlan& plan, const std::vector<CallPlan>& calls) {
    const auto make = [&](const char* id, const char* sentence, OfCall holds) {
        return promise(plan, calls, id, sentence, holds);
    };
    return {
        make("accept-delivery",
             "every acceptance that the broker has confirmed has arrived at the initiator",
             delivers_accepts),
        make("accept-answered", "every acceptance was confirmed or refused", answers_accepts),
        make("reachable-device-rings", "every invited device has rung", rings_everybody),
        make("request-answered", "who has called was told what became of it", answers_request),
        make("losers-fall-silent", "whatever rang has fallen silent", falls_silent),
        make("connected-both-or-neither",
             "no session is left open at one end only",
             connects_both_or_neither),
        make("connect-or-explicit-failure",
             "who has arrived is connected, or the initiator was told that it is not",
             connects_or_says_so),
        make("open-path-connects",
             "of those who have arrived one is connected where there is a path",
             connects_somebody),
        make("transfer-is-settled",
             "a session that was given away goes on at both ends, or stays and it was said so",
             settles_transfer),
    };
}

}  // namespace invitro::properties::explore
